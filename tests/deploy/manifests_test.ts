/**
 * deploy/cni-installer.yaml and the kustomizations: valid for an API server, and true for the natra that is
 * built.
 */
import { RECORD_ROOT } from "../../src/natra/node_state.ts";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { MOUNT_POINTS } from "../../scripts/image/files.ts";
import { defaultAddress } from "../../src/agent/http.ts";
import { product } from "../../src/natra/product.ts";
import { BPFFS } from "../../src/registry/names.ts";
import { run } from "../rig/run.ts";
import { testIf } from "../rig/needs.ts";
import { agentContainer, type DaemonSet, object, type PodSpec, type Role } from "./objects.ts";
import { validator } from "./validator.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const INSTALLER = `${ROOT}deploy/cni-installer.yaml`;
const EXAMPLES = `${ROOT}examples/kustomize`;
const NATRA = `${ROOT}build/natra`;

const judge = await validator();
const lacks = "missing" in judge ? judge.missing : null;
const examples = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name).toSorted();

/** Objects that must be valid. */
async function valid(
  outcome: Promise<{ code: number; stdout: string; stderr: string }>,
): Promise<DaemonSet[]> {
  const { code, stdout, stderr } = await outcome;
  assertEquals([code, stderr], [0, ""]);
  return JSON.parse(stdout);
}

function podOf(objects: readonly DaemonSet[]): PodSpec {
  const found = objects.find(({ kind }) => kind === "DaemonSet");
  if (found === undefined) throw new Error("There is no DaemonSet");
  return found.spec.template.spec;
}

testIf(lacks, "an API server takes the installer, and the kustomization is the same objects", async () => {
  if ("missing" in judge) return;
  const plain = await valid(judge.manifests(INSTALLER));
  const kinds = ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "DaemonSet"];
  assertEquals(plain.map(({ kind }) => kind), kinds);
  assertEquals(await valid(judge.kustomize(`${ROOT}deploy`)), plain);
});

for (const name of examples) {
  testIf(lacks, `the example "${name}" builds, is valid, and differs only where it says`, async () => {
    if ("missing" in judge) return;
    const base = await valid(judge.manifests(INSTALLER)),
      own = await valid(judge.kustomize(`${EXAMPLES}/${name}`));
    assertNotEquals(own, base);
    const [pod, basePod] = [podOf(own), podOf(base)];
    const known = pod.volumes.map((volume) => volume.name).toSorted();
    assertEquals(known, basePod.volumes.map((volume) => volume.name).toSorted());
    const [container, baseContainer] = [pod.containers[0], basePod.containers[0]];
    assertEquals({ ...container, image: "" }, { ...baseContainer, image: "" });
    assertEquals({ ...pod, volumes: [], containers: [] }, { ...basePod, volumes: [], containers: [] });
  });
}

testIf(
  lacks,
  "the judges do judge: an unknown field, a bad value, a missing field, a broken bill are refused",
  async () => {
    if ("missing" in judge) return;
    const text = await Deno.readTextFile(INSTALLER);
    const directory = await Deno.makeTempDir();
    try {
      const file = `${directory}/file`;
      const refused = async (from: string, to: string, said: string): Promise<void> => {
        assertStringIncludes(text, from);
        await Deno.writeTextFile(file, text.replace(from, to));
        const { code, stderr } = await judge.manifests(file);
        assertEquals(code, 1);
        assertStringIncludes(stderr, said);
      };
      await refused(
        "maxUnavailable:",
        "maxUnavaliable:",
        'unknown field "spec.updateStrategy.rollingUpdate.maxUnavaliable"',
      );
      await refused("type: DirectoryOrCreate", "type: Directoire", 'Unsupported value: "Directoire"');
      await refused(
        "fieldPath: spec.nodeName",
        "fieldPath: spec.nodeNam",
        "env[0].valueFrom.fieldRef.fieldPath: Invalid value",
      );
      await refused("verbs: [get, list, watch]", "verbs: []", "rules[0].verbs: Required value");
      await Deno.writeTextFile(
        file,
        '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]}',
      );
      assertStringIncludes((await judge.sbom(file)).stderr, "missing property 'type'");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("the agent may do what it needs, and nothing else", () => {
  assertEquals(object<Role>("ClusterRole").rules, [
    { apiGroups: [""], resources: ["pods", "namespaces"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["events"], verbs: ["create"] },
  ]);
  assertEquals(object<Role>("Role").rules, [
    { apiGroups: ["apps"], resources: ["daemonsets"], resourceNames: ["natra"], verbs: ["get"] },
  ]);
  assertEquals(object<DaemonSet>("DaemonSet").metadata.name, "natra");
});

Deno.test("the agent's container is not privileged, and needs no more than it says", () => {
  const { securityContext } = agentContainer();
  assertEquals(securityContext.privileged, false);
  assertEquals(securityContext.allowPrivilegeEscalation, false);
  assertEquals(securityContext.readOnlyRootFilesystem, true);
  assertEquals(securityContext.capabilities.drop, ["ALL"]);
  assertEquals(securityContext.seccompProfile.type, "RuntimeDefault");
  const pod = object<DaemonSet>("DaemonSet").spec.template.spec;
  assertEquals(pod.hostPID, undefined);
  assertEquals([pod.hostNetwork, pod.priorityClassName], [true, "system-node-critical"]);
  assertEquals(pod.tolerations, [{ operator: "Exists" }]);
  assertEquals(pod.nodeSelector, { "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" });
});

Deno.test("the node's directories are mounted where natra looks for them, and the image has the places", () => {
  const pod = object<DaemonSet>("DaemonSet").spec.template.spec;
  const { volumeMounts } = agentContainer();
  assertEquals(volumeMounts.map(({ name }) => name), pod.volumes.map(({ name }) => name));
  for (const [index, { mountPath }] of volumeMounts.entries()) {
    assertEquals(pod.volumes[index]?.hostPath.path, mountPath);
    assert(mountPath === BPFFS || MOUNT_POINTS.includes(mountPath.slice(1)), mountPath);
  }
  const paths = volumeMounts.map(({ mountPath }) => mountPath);
  for (const path of [BPFFS, RECORD_ROOT, "/opt/cni/bin", "/etc/cni/net.d"]) {
    assert(paths.includes(path), path);
  }
  // What the node mounts there while the agent runs has to be seen: else pods look as if they were gone.
  for (const path of [BPFFS, "/run/netns"]) {
    const mount = volumeMounts.find(({ mountPath }) => mountPath === path);
    assertEquals(mount?.mountPropagation, "HostToContainer", path);
  }
});

Deno.test("probes ask where the agent listens", () => {
  const container = agentContainer();
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"] as const) {
    const get = container[probe]?.httpGet;
    assertEquals(`${get?.host}:${get?.port}`, defaultAddress(product.port));
    assert(["/healthz", "/readyz"].includes(get?.path ?? ""), probe);
  }
  assertEquals(container.readinessProbe?.httpGet.path, "/readyz");
});

Deno.test("the agent's command line is one that this natra takes", async () => {
  const { image, args: [command, ...options] } = agentContainer();
  const help = await run([NATRA, command ?? "", "--help"]);
  for (const option of options) assertStringIncludes(help, ` ${option.split("=")[0]} `);
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  assertEquals(image, `localhost/natra:${version}`);
});
