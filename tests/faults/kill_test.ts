/** SIGKILL at any native call: the runtime sees a failure, and what was begun goes with DEL or reconcile. */
import { assert, assertEquals } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import type { Fault } from "../rig/faults/injector.ts";
import { assertDeleted, assertTidied } from "../rig/faults/judge.ts";
import { isLong, places } from "../rig/faults/plan.ts";
import { strikeEach } from "../rig/faults/strike.ts";

const conf = { attach: "tcx" };
const missing = needsRootAnd("natra");
/** What a shell, and so nsenter's caller, gives a process that SIGKILL ended. */
const KILLED = 128 + 9;

/** The last call of each name: by then most is half-made. The short form shares them out among the tests. */
function kills(calls: readonly string[], turn: number): Fault[] {
  return places(calls, "last")
    .filter((_, index) => isLong || index % 4 === turn)
    .map((place) => ({ ...place, how: "SIGKILL" }));
}

testIf(
  missing,
  "DEL undoes an ADD that was killed at any native call, and finds the container unlocked",
  (t) =>
    strikeEach(t, conf, ({ ADD }) => kills(ADD, 0), async ({ stage, conf }, fault) => {
      const add = await stage.call("ADD", conf, fault);
      assert(add.struck, "the call was not made");
      assertEquals([add.code, add.stdout], [KILLED, ""]);
      assertDeleted(await stage.call("DEL", conf));
    }),
);

testIf(
  missing,
  "reconcile finishes an ADD that was killed after it had recorded what it wanted, and undoes one that had not",
  (t) =>
    strikeEach(
      t,
      conf,
      ({ ADD }) => kills(ADD.slice(0, ADD.lastIndexOf("file/rename") + 1), 1),
      async (target, fault) => {
        const { stage, conf } = target;
        const add = await stage.call("ADD", conf, fault);
        assertEquals([add.struck, add.code], [true, KILLED]);
        await assertTidied(target);
        assertDeleted(await stage.call("DEL", conf));
      },
    ),
);

testIf(
  missing,
  "ADD repairs what one that was killed at any native call has left",
  (t) =>
    strikeEach(t, conf, ({ ADD }) => kills(ADD, 2), async ({ stage, conf, held }, fault) => {
      await stage.call("ADD", conf, fault);
      const again = await stage.call("ADD", conf);
      assertEquals([again.code, again.stdout], [0, stage.prevResult]);
      assertEquals(await stage.look(), held);
      assertDeleted(await stage.call("DEL", conf));
    }),
);

testIf(
  missing,
  "DEL finishes one that was killed at any native call",
  (t) =>
    strikeEach(t, conf, ({ DEL }) => kills(DEL, 3), async ({ stage, conf }, fault) => {
      await stage.call("ADD", conf);
      const del = await stage.call("DEL", conf, fault);
      assertEquals([del.struck, del.code], [true, KILLED]);
      assertDeleted(await stage.call("DEL", conf));
    }),
);
