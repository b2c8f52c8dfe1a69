/** ADD when a native call goes on failing, so that undoing what was begun may fail, too. */
import { assert } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import type { Fault } from "../rig/faults/injector.ts";
import {
  assertAnswered,
  assertDeleted,
  assertHeld,
  assertReconciled,
  assertUntouched,
} from "../rig/faults/judge.ts";
import { isLong } from "../rig/faults/plan.ts";
import { strikeEach } from "../rig/faults/strike.ts";

/** From the middle of each name's calls on; the short form takes those that undoing needs, too. */
function lasting(calls: readonly string[]): Fault[] {
  const needed = /^(setns|recv|send|socket|open|file\/write|bpf\/LINK_CREATE|netlink\/NEWQDISC)$/;
  const names = [...new Set(calls)].filter((call) => isLong || needed.test(call));
  return names.map((call) => {
    const count = calls.filter((name) => name === call).length;
    return { call, nth: Math.ceil(count / 2), later: true, how: "EPERM" };
  });
}

testIf(
  needsRootAnd("natra"),
  "ADD starts the pod when a native call goes on failing, and DEL or reconcile undoes what it could not",
  (t) =>
    strikeEach(t, { attach: "tcx" }, ({ ADD }) => lasting(ADD), async (target, fault) => {
      const { stage, conf } = target;
      const add = await stage.call("ADD", conf, fault);
      assertAnswered(stage, add);
      assert(add.struck, "the call was not made");
      if (add.stderr.includes('"pod is limited"')) {
        await assertHeld(target, add);
        return assertDeleted(await stage.call("DEL", conf));
      }
      await assertUntouched(target, add, fault);
      await assertReconciled(target);
      assertDeleted(await stage.call("DEL", conf));
    }),
);
