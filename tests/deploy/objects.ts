/** The objects of deploy/cni-installer.yaml, as far as tests look at them. */
import { parse } from "@std/yaml";

const FILE = new URL("../../deploy/cni-installer.yaml", import.meta.url).pathname;

/** Any object. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Something that may be done with something. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** A role, of a namespace or of the cluster. */
export interface Role extends KubeObject {
  readonly rules: readonly Rule[];
}

/** The DaemonSet. */
export interface DaemonSet extends KubeObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
}

/** Its pods. */
export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly priorityClassName: string;
  readonly hostNetwork: boolean;
  readonly hostPID?: boolean;
  readonly tolerations: readonly unknown[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly {
    readonly name: string;
    readonly hostPath: { readonly path: string; readonly type: string };
  }[];
}

/** Their container. */
export interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly securityContext: {
    readonly privileged: boolean;
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add: readonly string[] };
    readonly seccompProfile: { readonly type: string };
  };
  readonly volumeMounts: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
    readonly mountPropagation?: string;
  }[];
  readonly [probe: `${string}Probe`]: {
    readonly httpGet: { readonly host: string; readonly port: number; readonly path: string };
  };
}

const objects: readonly KubeObject[] = Deno.readTextFileSync(FILE).split(/^---$/m).map((text) => {
  const object: KubeObject = parse(text);
  return object;
});

/** The only object of a kind. */
export function object<T extends KubeObject>(kind: string): T {
  const [found, ...others] = objects.filter((one): one is T => one.kind === kind);
  if (found === undefined || others.length > 0) {
    throw new Error(`There is not exactly one ${kind} in ${FILE}`);
  }
  return found;
}

/** The DaemonSet's only container. */
export function agentContainer(): Container {
  const { containers: [container, ...others] } = object<DaemonSet>("DaemonSet").spec.template.spec;
  if (container === undefined || others.length > 0) {
    throw new Error("The DaemonSet has not exactly one container");
  }
  return container;
}
