/**
 * Surroundings for a call of natra: command lines to put before it, each exactly one thing worse than a
 * healthy node.
 */

/** The start of a command line; a program and its arguments follow. */
export type Wrap = readonly string[];

/** Runs shell commands first, as the program's own process. */
function after(commands: string): Wrap {
  return ["sh", "-euc", `${commands}\nexec "$@"`, "sh"];
}

/** Runs shell commands in a mount namespace that ends with the program. */
function mounted(commands: string): Wrap {
  return ["unshare", "--mount", ...after(commands)];
}

/** A /var/log of its own: for calls that fail before natra knows which log file is wanted. */
export const ownLog: Wrap = mounted("mount -t tmpfs tmpfs /var/log");

/** bpffs is there, and nothing can be pinned. */
export const readOnlyBpffs: Wrap = mounted("mount -o remount,bind,ro /sys/fs/bpf");

/** No bpffs, and nowhere to mount one. */
export const noBpffs: Wrap = mounted("mount -t tmpfs -o ro tmpfs /sys/fs");

/**
 * Records cannot be written, also where they are a mount of their own; namespaces below /run stay where they are.
 */
export const readOnlyRun: Wrap = mounted(`
  mount --rbind /run /run; mount -o remount,bind,ro /run
  if mountpoint -q /run/natra; then mount -o remount,bind,ro /run/natra; fi`);

/** No space for a record. */
export const fullRecords: Wrap = mounted(`
  mkdir -p -m 700 /run/natra
  mount -t tmpfs -o size=4k tmpfs /run/natra
  head -c 4096 /dev/zero > /run/natra/filler`);

/** Root without the right to administrate. */
export const noSysAdmin: Wrap = ["setpriv", "--bounding-set=-sys_admin"];

/** Root without the right to change networks. */
export const noNetAdmin: Wrap = ["setpriv", "--bounding-set=-net_admin"];

/** Nobody listens to what it has to say. */
export const closedStderr: Wrap = ["sh", "-c", 'exec "$@" 2>&-', "sh"];

/** The log's reader has no space left. */
export const fullStderr: Wrap = ["sh", "-c", 'exec "$@" 2>/dev/full', "sh"];

/** The working directory was removed. */
export const noDirectory: Wrap = after("gone=$(mktemp -d); cd $gone; rmdir $gone");

/** Standard input cannot be read: it is a directory. */
export const unreadableStdin: Wrap = ["sh", "-c", 'exec "$@" </', "sh"];

/**
 * An empty /tmp, and natra itself elsewhere, because the repository may be below it. The program is not the
 * last one here: whatever it left in /tmp fails the command.
 */
export const watchedTmp: Wrap = [
  "unshare",
  "--mount",
  "sh",
  "-euc",
  `
  mount -t tmpfs tmpfs /mnt
  touch /mnt/natra
  mount --bind "$1" /mnt/natra
  mount -t tmpfs tmpfs /tmp
  mount -t tmpfs tmpfs /var/log
  /mnt/natra
  left=$(find /tmp -mindepth 1)
  [ -z "$left" ] || { echo "left in /tmp: $left" >&2; exit 9; }`,
  "sh",
];
