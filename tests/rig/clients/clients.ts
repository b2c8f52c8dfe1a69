/** The clients, and what each of them needs. */
import type { Have } from "./cache.ts";
import { unpacked } from "./debian.ts";
import { built, cnitool, CRICTL, KUBELET } from "./go.ts";

/** The clients' names, in their order. */
export const CLIENTS = ["cnitool", "containerd-1.6", "containerd-1.7", "containerd-2", "kubelet"] as const;
/** One of them. */
export type ClientName = (typeof CLIENTS)[number];

/** Paths of what a client is made of. */
export interface Parts {
  /** Root of Debian's files: runc, busybox. */
  readonly base: string;
  /** Root of Debian's files: the plugins ptp and host-local. */
  readonly plugins: string;
  /** Root of the files of one containerd. */
  readonly containerd: string;
  readonly crictl: string;
  readonly cnitool: string;
  readonly kubelet: string;
}

/** Which release of Debian has which containerd. */
const RELEASES: Readonly<Record<ClientName, string | null>> = {
  "cnitool": null,
  "containerd-1.6": "bookworm",
  "containerd-1.7": "trixie",
  "containerd-2": "sid",
  "kubelet": "bookworm",
};

/**
 * The version of the list that a client is given: the newest that it speaks. With 1.1.0 containerd 2 asks for
 * STATUS.
 *
 * @param client which
 * @returns a version of CNI
 */
export function cniVersionOf(client: ClientName): string {
  return client === "containerd-2" ? "1.1.0" : "1.0.0";
}

/** The release whose main plugins speak that version. */
function pluginRelease(client: ClientName): string {
  return cniVersionOf(client) === "1.1.0" ? "sid" : "bookworm";
}

/**
 * Gets what a client needs: downloads, unpacks and builds what is not there yet.
 *
 * @param client which
 * @param patience seconds that one build may take
 * @returns the paths, or why they cannot be had
 */
export async function prepare(
  client: ClientName,
  patience: number,
): Promise<{ readonly parts: Parts } | { readonly missing: string }> {
  const isKubelet = client === "kubelet";
  const release = RELEASES[client];
  const none: Have = { path: "" };
  const wanted: readonly (readonly [keyof Parts, () => Promise<Have>])[] = [
    ["base", () => unpacked("bookworm", ["runc", "busybox-static"])],
    ["plugins", () => unpacked(pluginRelease(client), ["containernetworking-plugins"])],
    ["cnitool", () => client === "cnitool" ? cnitool() : Promise.resolve(none)],
    ["containerd", () => release === null ? Promise.resolve(none) : unpacked(release, ["containerd"])],
    ["crictl", () => release === null ? Promise.resolve(none) : built(CRICTL, patience)],
    ["kubelet", () => isKubelet ? built(KUBELET, patience) : Promise.resolve(none)],
  ];
  const parts = { base: "", plugins: "", containerd: "", crictl: "", cnitool: "", kubelet: "" };
  for (const [name, get] of wanted) {
    const have = await get();
    if ("missing" in have) return { missing: `${name}: ${have.missing}` };
    parts[name] = have.path;
  }
  return { parts };
}
