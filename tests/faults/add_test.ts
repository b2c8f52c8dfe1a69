/** ADD when any one of its native calls fails. */
import { assert } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { assertAnswered, assertDeleted, assertHeld, assertUntouched } from "../rig/faults/judge.ts";
import { faults } from "../rig/faults/plan.ts";
import { strikeEach } from "../rig/faults/strike.ts";

for (const attach of ["tcx", "clsact"] as const) {
  testIf(
    needsRootAnd("natra"),
    `ADD with ${attach} starts the pod, held or untouched, whichever native call fails`,
    (t) =>
      strikeEach(
        t,
        { attach },
        ({ ADD }) => faults(ADD, attach === "tcx" ? "first" : "last"),
        async (target, fault) => {
          const add = await target.stage.call("ADD", target.conf, fault);
          assertAnswered(target.stage, add);
          assert(add.struck, "the call was not made");
          if (add.stderr.includes('"pod is limited"')) await assertHeld(target, add);
          else await assertUntouched(target, add, fault);
          assertDeleted(await target.stage.call("DEL", target.conf));
        },
      ),
  );
}
