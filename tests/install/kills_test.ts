/** SIGKILL anywhere in an install, an upgrade, a re-rendering or an uninstall. */
import { assert, assertEquals } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { runOnOwnNode } from "../rig/own_node.ts";
import type { KillsRequest, KillsResult } from "./kills.ts";

const KILLS = 50;
const AIMED = 6;

testIf(
  needsRootAnd("natra"),
  `after ${KILLS} kills at random moments all lists are whole, and the next install ends well`,
  async () => {
    const request: KillsRequest = { kills: KILLS, aimed: AIMED };
    const script = new URL("./kills.ts", import.meta.url).pathname;
    const { problems, struck, drafts } = await runOnOwnNode<KillsResult>({ name: "kills", script, request });
    assertEquals(problems, []);
    assert(struck > KILLS / 3, `only ${struck} of ${KILLS} were killed before their end`);
    assert(drafts > 0, "nobody was killed while it wrote");
  },
);
