/** The way back: lists, pods, and the executable as a stub for pods of before. */
import { assertEquals } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { runOnOwnNode } from "../rig/own_node.ts";

const here = (path: string): string => new URL(path, import.meta.url).pathname;

testIf(
  needsRootAnd("natra"),
  "uninstall lets a held pod go, leaves nothing, and a stub until its last pod's DEL",
  async () => {
    const script = here("./uninstall_scene.ts");
    // The clients' node has a /var/lib of its own, where libcni keeps what it remembers.
    const prepare = [here("../rig/clients/node.sh")];
    assertEquals(await runOnOwnNode<string[]>({ name: "uninstall", script, request: {}, prepare }), []);
  },
);
