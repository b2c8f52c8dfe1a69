/**
 * Native code that crashes or never returns: the pod starts all the same, and the next reconcile tidies up.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { CRASHES, type Fault } from "../rig/faults/injector.ts";
import { assertAnswered, assertDeleted, assertGone, assertTidied } from "../rig/faults/judge.ts";
import { isLong, places } from "../rig/faults/plan.ts";
import { Stage } from "../rig/faults/stage.ts";
import { strikeEach, type Target } from "../rig/faults/strike.ts";

/** The watchdog is set by these: before, it watches nothing, and after the last of them no more. */
const ARMED = "setitimer";
const TIMEOUT = 1; // s

/**
 * Places between the setting of the watchdog and its end; the short form takes one of each kind of native
 * code.
 */
function watched(calls: readonly string[]): Pick<Fault, "call" | "nth">[] {
  const from = calls.indexOf(ARMED);
  const to = calls.lastIndexOf(ARMED);
  const all = places(calls, "first").filter(({ at }) => at > from && at < to);
  const typical =
    /^(flock|setns|recv|file\/write|file\/unlink|file\/unlinkat|bpf\/PROG_LOAD|netlink\/NEWQDISC)$/;
  return isLong ? all : all.filter(({ call }) => typical.test(call));
}

/**
 * Each call crashes in one way, each way being some call's; the long form has each call crash in each way.
 */
function crashes(calls: readonly string[]): Fault[] {
  return watched(calls).flatMap((place, turn) =>
    CRASHES.filter((_, index) => isLong || index === turn % CRASHES.length).map((how) => ({ ...place, how }))
  );
}

const conf = { attach: "tcx", timeout: TIMEOUT };
const hang = (calls: readonly string[]): Fault[] =>
  watched(calls).map((place) => ({ ...place, how: "hang" }));

async function interruptedAdd(target: Target, fault: Fault, said: RegExp): Promise<void> {
  const { stage, conf } = target;
  const add = await stage.call("ADD", conf, fault);
  assertAnswered(stage, add);
  assert(add.struck, "the call was not made");
  assertMatch(add.stderr, said);
  assertEquals((await stage.scene.log()).at(-1)?.text, add.stderr.trim().split("\n").at(-1));
  await assertTidied(target);
  assertDeleted(await stage.call("DEL", conf));
}

async function interruptedDel({ stage, conf }: Target, fault: Fault, said: RegExp): Promise<void> {
  await stage.call("ADD", conf);
  const del = await stage.call("DEL", conf, fault);
  assertDeleted(del);
  assert(del.struck, "the call was not made");
  assertMatch(del.stderr, said);
  assertDeleted(await stage.call("DEL", conf));
}

const GAVE_UP = new RegExp(
  `"level":"error","msg":"timed out: a step took ${TIMEOUT} s, or all steps together ${
    6 * TIMEOUT
  } s: the pod is left as it is"`,
);
const CRASHED = /"level":"error","msg":"crashed in native code: the pod is left as it is"/;
const missing = needsRootAnd("natra");

testIf(
  missing,
  "ADD answers, says so and is finished or undone by reconcile when a native call never returns",
  (t) =>
    strikeEach(t, conf, ({ ADD }) => hang(ADD), (target, fault) => interruptedAdd(target, fault, GAVE_UP)),
);

testIf(
  missing,
  "ADD answers, says so and is finished or undone by reconcile when native code crashes",
  (t) =>
    strikeEach(t, conf, ({ ADD }) => crashes(ADD), (target, fault) => interruptedAdd(target, fault, CRASHED)),
);

testIf(
  missing,
  "DEL succeeds, says so and can be repeated when a native call never returns",
  (t) =>
    strikeEach(t, conf, ({ DEL }) => hang(DEL), (target, fault) => interruptedDel(target, fault, GAVE_UP)),
);

testIf(
  missing,
  "DEL succeeds, says so and can be repeated when native code crashes",
  (t) =>
    strikeEach(t, conf, ({ DEL }) => crashes(DEL), (target, fault) => interruptedDel(target, fault, CRASHED)),
);

testIf(missing, "ADD waits for a call that is slow but returns in time", (t) =>
  strikeEach(
    t,
    { attach: "tcx" },
    ({ ADD }) =>
      watched(ADD)
        .filter(({ call }) => isLong || /^(recv|file\/write|bpf\/PROG_LOAD)$/.test(call))
        .map((place) => ({ ...place, how: "slow" })),
    async ({ stage, conf, held }, fault) => {
      const add = await stage.call("ADD", conf, fault);
      assertAnswered(stage, add);
      assert(add.struck, "the call was not made");
      assertEquals(await stage.look(), held);
      assertDeleted(await stage.call("DEL", conf));
    },
  ));

testIf(
  missing,
  "ADD that lifts an earlier ADD's limit answers when a native call never returns",
  async () => {
    await using stage = await Stage.create();
    const before = await stage.look();
    await stage.call("ADD", conf);
    const unlimited = { ...conf, runtimeConfig: {} };
    const add = await stage.call("ADD", unlimited, { call: "recv", nth: 1, how: "hang" });
    assertAnswered(stage, add);
    assertMatch(add.stderr, GAVE_UP);
    assertDeleted(await stage.call("DEL", conf));
    await assertGone({ stage, before });
  },
);
