import { CILIUM_REMEDY, listsRenamedByCilium, renamedByCilium } from "../../../../install/renamed.ts";
import type { Symptom } from "../finding.ts";

/** Lists that natra wrote and Cilium put away. */
export function renamed(directory: string): Symptom[] {
  return listsRenamedByCilium(directory).map((list) => ({
    id: "list-renamed",
    level: "trouble",
    what: renamedByCilium(list),
    why: "the runtime takes Cilium's own list: pods that start now are not limited",
    todo: CILIUM_REMEDY,
  }));
}
