/**
 * A node of one's own on this machine: the network, processes, /run, /var/log and bpffs belong to one command and end
 * with it. Whatever it leaves behind can so be counted, and is gone afterwards all the same.
 */

const PREPARE = `
mount -t bpf bpf /sys/fs/bpf
mount -t tmpfs tmpfs /run
mkdir -m 1777 /run/tmp
mount -t tmpfs tmpfs /var/log
ip link set lo up
exec "$@"`;

/** Where temporary files of that command belong: an empty directory. */
export const OWN_TEMP = "/run/tmp";

/**
 * Turns a command into one that runs on a node of its own.
 *
 * @param argv the program and its arguments
 * @returns the same in front of which the node is made; killing it kills everything on the node
 */
export function onOwnNode(argv: readonly string[]): string[] {
  const own = [
    "--mount",
    "--propagation",
    "private",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  return ["unshare", ...own, "sh", "-euc", PREPARE, "sh", ...argv];
}
