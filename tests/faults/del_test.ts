/** DEL when any one of its native calls fails. */
import { assert, assertMatch } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import type { Fault } from "../rig/faults/injector.ts";
import { assertDeleted, tells } from "../rig/faults/judge.ts";
import { faults } from "../rig/faults/plan.ts";
import { strikeEach } from "../rig/faults/strike.ts";

/** When something is to be removed, no such device is what was wanted. */
function isFailure({ call, how }: Fault): boolean {
  return how !== "ENODEV" ||
    !/^(netlink\/.*|socket|bind|connect|send|recv|recvmsg|getsockname|setsockopt)$/.test(call);
}

for (const attach of ["tcx", "clsact"] as const) {
  testIf(
    needsRootAnd("natra"),
    `DEL with ${attach} succeeds, whichever native call fails, and what it left goes next time`,
    (t) =>
      strikeEach(
        t,
        { attach },
        ({ DEL }) => faults(DEL, attach === "tcx" ? "first" : "last").filter(isFailure),
        async (target, fault) => {
          await target.stage.call("ADD", target.conf);
          const del = await target.stage.call("DEL", target.conf, fault);
          assertDeleted(del);
          assert(del.struck, "the call was not made");
          if (del.stderr.includes('"limit removed"')) return;
          assertMatch(del.stderr, /"limit not removed"/);
          assert(tells(del.stderr, fault), `the log does not tell of ${fault.how}: ${del.stderr}`);
          assertDeleted(await target.stage.call("DEL", target.conf));
        },
      ),
  );
}
