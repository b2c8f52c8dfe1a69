/** The DaemonSet's pod as a static pod of a kubelet without a cluster. */
import { type Container, type DaemonSet, object } from "../../deploy/objects.ts";
import { BIN_DIRECTORY, CONF_DIRECTORY } from "../../rig/clients/network.ts";

/** Where this containerd keeps pods' namespaces, as `netns_mounts_under_state_dir` says. */
const NETNS = "/run/containerd-state/io.containerd.grpc.v1.cri/netns";
/** The node's directories that are elsewhere here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "/opt/cni/bin": BIN_DIRECTORY,
  "/etc/cni/net.d": CONF_DIRECTORY,
  "/run/netns": NETNS,
};
/** Only Linux before 5.11 asks for it, and not every machine has it to give. */
const OLD_KERNELS = "SYS_RESOURCE";
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What this node gives the pod that a cluster would. */
export interface Surroundings {
  readonly image: string;
  /** Port of the API server on loopback. */
  readonly apiPort: number;
  /** The service account's directory. */
  readonly account: string;
}

/**
 * The pod of deploy/cni-installer.yaml, with what only a cluster can give it replaced.
 *
 * @param surroundings what replaces it
 * @returns the manifest of a static pod
 */
export function agentPod({ image, apiPort, account }: Surroundings): unknown {
  const { template } = object<DaemonSet>("DaemonSet").spec;
  const { serviceAccountName: _, automountServiceAccountToken: __, containers, volumes, ...spec } =
    template.spec;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name: "natra", namespace: "kube-system" },
    spec: {
      ...spec,
      containers: containers.map((container) => ({
        ...container,
        securityContext: withoutOldKernels(container.securityContext),
        image,
        imagePullPolicy: "Never",
        env: [
          { name: "NODE_NAME", value: "node" },
          { name: "KUBERNETES_SERVICE_HOST", value: "127.0.0.1" },
          { name: "KUBERNETES_SERVICE_PORT", value: `${apiPort}` },
        ],
        volumeMounts: [
          // Its path is in the records: the same on the node and in here.
          ...container.volumeMounts.map((mount) =>
            mount.name === "netns" ? { ...mount, mountPath: NETNS } : mount
          ),
          { name: "account", mountPath: ACCOUNT, readOnly: true },
        ],
      })),
      volumes: [
        ...volumes.map(({ name, hostPath }) => ({
          name,
          hostPath: { ...hostPath, path: ELSEWHERE[hostPath.path] ?? hostPath.path },
        })),
        { name: "account", hostPath: { path: account, type: "Directory" } },
      ],
    },
  };
}

function withoutOldKernels(context: Container["securityContext"]): Container["securityContext"] {
  const { drop, add } = context.capabilities;
  return { ...context, capabilities: { drop, add: add.filter((name) => name !== OLD_KERNELS) } };
}
