import { quote } from "../base/log/quote.ts";
import { backedUpByCilium } from "./names.ts";

/** What to do where Cilium renames the lists of other plugins. */
export const CILIUM_REMEDY =
  'set cni.exclusive=false in Cilium\'s Helm values (cni-exclusive: "false" in its ConfigMap ' +
  "cilium-config) and restart its agents: natra then writes its list again by itself";

/** Says what has happened to a list of ours. */
export function renamedByCilium(list: string): string {
  return `Cilium has renamed ${
    quote(list, 255)
  } to *.cilium_bak, because cni.exclusive is set: pods start without natra`;
}

/**
 * Our lists that Cilium has renamed and that have not been written again.
 *
 * @returns Their names; none if there is no such directory.
 */
export function listsRenamedByCilium(directory: string): string[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
  return names.map(backedUpByCilium).filter((list) => list !== null).filter((list) => !names.includes(list));
}
