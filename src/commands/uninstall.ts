import { removeExecutable, removeLists } from "../install/uninstall.ts";
import { type CniDirectories, cniDirectories, DIRECTORIES } from "../cli/cni_directories.ts";
import type { Command } from "../cli/subcommand.ts";
import type { Options } from "../cli/options.ts";
import { print } from "../cli/output.ts";
import { removeNodeState } from "../natra/node_state.ts";

/** `natra uninstall` */
export const command: Command = {
  usage: "[--bin-dir PATH] [--conf-dir PATH] [--keep-stub]",
  about:
    `Removes what natra install wrote, and lets every pod go: they run on without a limit. First the list, so that the next
pod is added by the original; then queues and programs, records and pins; then the executable. The log stays.`,
  options: [
    ...DIRECTORIES,
    {
      name: "keep-stub",
      about: "leave the executable until the last pod that was added with it is deleted: CRI-O calls it then",
    },
  ],
  notes: "Exit code 1 if something could not be removed.",
  run: async (options: Options) => {
    const failures = await uninstallNode(cniDirectories(options), options.flag("keep-stub"), print);
    for (const failure of failures) print(`failed: ${failure}`);
    return failures.length === 0 ? 0 : 1;
  },
};

/** Milliseconds in which a runtime hears that a list is gone; until then it adds pods by it. */
const RELOAD_MS = 1000;
/** How often pods are let go that somebody works on, and milliseconds in between. */
const ATTEMPTS = 20;
const PAUSE_MS = 250;

/**
 * Takes natra from the node.
 *
 * @param tell Told what was done, a line each.
 * @returns What could not be removed, in words.
 * @throws {InstallError} If the directories cannot be used.
 */
export async function uninstallNode(
  { binDir, confDir }: CniDirectories,
  keepStub: boolean,
  tell: (line: string) => void,
): Promise<string[]> {
  const lists = await removeLists(confDir);
  for (const name of lists) tell(`removed the list "${name}"`);
  if (lists.length > 0) await pause(RELOAD_MS);
  const failures = await letEveryoneGo(tell);
  const { isRemoved, pods } = await removeExecutable(binDir, keepStub);
  tell(
    isRemoved
      ? "removed the executable"
      : `left the executable for ${pods} ${pods === 1 ? "pod" : "pods"}: it goes with the last one's DEL`,
  );
  if (failures.length === 0) removeNodeState();
  return failures;
}

/** An ADD that began by the old list may end only now: asked until nobody is left. */
async function letEveryoneGo(tell: (line: string) => void): Promise<string[]> {
  const { reconcile } = await import("../natra/datapath/datapath.ts");
  let failures: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const gone = reconcile(() => "natra is being uninstalled");
    for (const { containerId, ifname, failures } of gone) {
      if (failures.length === 0) tell(`let go of ${containerId} ${ifname}`);
    }
    failures = gone.flatMap(({ containerId, ifname, failures }) =>
      failures.map((failure) => `${containerId} ${ifname}: ${failure}`)
    );
    if (gone.length === 0) break;
    await pause(PAUSE_MS);
  }
  return failures;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
