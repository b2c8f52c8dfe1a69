/** Programs built by Go from their own modules. */
import { filesBelow, keyOf } from "../../../scripts/build/stamp.ts";
import { outcomeOf, RigError } from "../run.ts";
import { type Have, madeOnce } from "./cache.ts";

const MODULES = new URL("./modules/", import.meta.url).pathname;
const CNITOOL = "v1.3.0";
/** Seconds for what is no kubelet. */
const PATIENCE = 600;
/** How timeout(1) says that it lost patience. */
const TIMED_OUT = 124;

/** A program that is built from a module of ours that pins its version and all that it needs. */
export interface Pinned {
  readonly name: string;
  /** The directory in modules/. */
  readonly module: "crictl" | "etcd" | "kubernetes";
  readonly package: string;
  readonly version: string;
}

/** The CRI's own client. */
export const CRICTL: Pinned = {
  name: "crictl",
  module: "crictl",
  package: "sigs.k8s.io/cri-tools/cmd/crictl",
  version: "1.36.0",
};
/** A program of Kubernetes. The first one takes minutes to build, and each further one a minute: they share most packages. */
const kubernetes = (name: string): Pinned => ({
  name,
  module: "kubernetes",
  package: `k8s.io/kubernetes/cmd/${name}`,
  version: "1.34.4",
});
export const KUBELET: Pinned = kubernetes("kubelet");
export const KUBE_APISERVER: Pinned = kubernetes("kube-apiserver");
export const KUBE_CONTROLLER_MANAGER: Pinned = kubernetes("kube-controller-manager");
/** The version that belongs to them. */
export const ETCD: Pinned = {
  name: "etcd",
  module: "etcd",
  package: "go.etcd.io/etcd/server/v3",
  version: "3.6.4",
};

/**
 * Builds such a program.
 *
 * @param program which
 * @param patience seconds that it may take; what is compiled by then is not lost for the next time
 * @returns its executable
 */
export async function built(program: Pinned, patience: number): Promise<Have> {
  const { name, module } = program;
  const have = await madeOnce(
    cacheName(program),
    (directory) =>
      go(
        ["build", "-C", `${MODULES}${module}`, "-trimpath", "-o", `${directory}/${name}`, program.package],
        patience,
      ),
  );
  return "path" in have ? { path: `${have.path}/${name}` } : have;
}

/** libcni's own client. @returns its executable */
export async function cnitool(): Promise<Have> {
  const target = `github.com/containernetworking/cni/cnitool@${CNITOOL}`;
  const have = await madeOnce(
    `cnitool-${CNITOOL}`,
    (directory) => go(["install", "-trimpath", target], PATIENCE, { GOBIN: directory }),
  );
  return "path" in have ? { path: `${have.path}/cnitool` } : have;
}

/**
 * Builds a Go program of our own. It is built again when a file of its changes.
 *
 * @param directory its module
 * @param patience seconds that it may take; what is compiled by then is not lost for the next time
 * @returns its executable
 */
export async function builtOwn(directory: string, patience: number): Promise<Have> {
  const key = await keyOf(filesBelow(directory, () => true).map((file) => ({ file })));
  const have = await madeOnce(
    `own-${key.slice(0, 12)}`,
    (made) => go(["build", "-C", directory, "-trimpath", "-o", `${made}/program`, "."], patience),
  );
  return "path" in have ? { path: `${have.path}/program` } : have;
}

/**
 * Finds the files of a module that another one needs.
 *
 * @param directory the module that needs it
 * @param name the other's name
 * @returns its directory
 */
export async function moduleDirectory(directory: string, name: string): Promise<string> {
  const found = await outcomeOf(["go", "list", "-C", directory, "-m", "-f", "{{.Dir}}", name]);
  if (found.code !== 0 || found.stdout.trim() === "") {
    throw new RigError(`Failed to find the Go module "${name}": "${found.stderr.trim()}"`);
  }
  return found.stdout.trim();
}

function cacheName({ name, version }: Pinned): string {
  return `${name}-${version}`;
}

async function go(
  args: readonly string[],
  patience: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  if (!await hasGo()) return "Go, which builds it, is not installed";
  const { code, stderr } = await outcomeOf(["timeout", `${patience}`, "go", ...args], {
    env: { ...Deno.env.toObject(), CGO_ENABLED: "0", ...env },
  });
  if (code === TIMED_OUT) return `Go did not build it within ${patience} s`;
  return code === 0 ? null : `Go failed to build it: "${stderr.trim().split("\n").at(-1)}"`;
}

async function hasGo(): Promise<boolean> {
  try {
    return (await outcomeOf(["go", "version"])).code === 0;
  } catch (error) {
    if (error instanceof Error && error.cause instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
