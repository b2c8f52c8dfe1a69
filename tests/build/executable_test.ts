/**
 * build/natra is one file that needs nothing of the node: it starts on a locked-down one and leaves nothing
 * behind.
 */
import { assert } from "@std/assert";
import { context } from "../../scripts/build/context.ts";
import { compareVersions, newestGlibc, oldestGlibc } from "../../scripts/build/glibc.ts";
import { run } from "../../scripts/build/run.ts";

const here = context(false);
const executable = `${here.build}/natra`;

/**
 * A node as strict as they come: the root file system read-only, /tmp empty and noexec. The executable is on
 * a mount of its own, so that it does not sit below the repository with its libraries.
 */
const strictNode = `
  set -eu
  mount -t tmpfs tmpfs /mnt
  cp "$1" /mnt/natra
  mount -o remount,ro /mnt
  mount -t tmpfs -o noexec,nosuid,nodev tmpfs /tmp
  mount -o remount,bind,ro /
  if touch /natra-test-probe 2>/dev/null; then echo "the root is writable" >&2; exit 1; fi
  cd /
  shift
  /mnt/natra "$@"
  left=$(find /tmp -mindepth 1)
  [ -z "$left" ] || { echo "left in /tmp: $left" >&2; exit 1; }
`;

function strict(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return run(here, ["unshare", "--mount", "sh", "-c", strictNode, "sh", executable, ...args], { env });
}

Deno.test("build/natra answers on a read-only root with a noexec /tmp, and creates no file in /tmp", async () => {
  const answer = await strict([], { CNI_COMMAND: "VERSION" });
  const { supportedVersions } = JSON.parse(answer);
  assert(supportedVersions.includes("1.0.0"));
});

Deno.test("build/natra reads its embedded version there", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(`${here.root}/deno.json`));
  assert((await strict(["version"])).includes(version));
});

Deno.test("build/natra needs no newer glibc than the runtime", async () => {
  const newest = await newestGlibc(here, executable);
  assert(compareVersions(newest, oldestGlibc) <= 0, `it needs glibc ${newest}`);
});
