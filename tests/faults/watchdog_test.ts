/**
 * Native code that crashes or never returns: the pod starts all the same, and the next reconcile tidies up.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { JsonObject } from "../rig/cni.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { CRASHES, type Fault } from "../rig/faults/injector.ts";
import { assertAnswered, assertDeleted, assertGone, assertTidied } from "../rig/faults/judge.ts";
import { isLong, places } from "../rig/faults/plan.ts";
import { Stage, type Watched } from "../rig/faults/stage.ts";
import { strikeEach, type Target } from "../rig/faults/strike.ts";

/** The watchdog is set by these: before, it watches nothing, and after the last of them no more. */
const ARMED = "setitimer";
/**
 * Seconds that a call may take that hangs. On a busy machine a healthy step before it may take longer, so that
 * the call is not even made: then it is made again with the longer one. All other calls have natra's own.
 */
const TIMEOUTS = [1, 10] as const;

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

const conf = { attach: "tcx" };
const hang = (calls: readonly string[]): Fault[] =>
  watched(calls).map((place) => ({ ...place, how: "hang" }));

/**
 * Calls natra so that a native call goes wrong, and asserts that its log says so.
 *
 * @param prepare what is to be there before the call
 */
async function strike(
  stage: Stage,
  [command, conf]: readonly ["ADD" | "DEL", JsonObject],
  fault: Fault,
  prepare: () => Promise<unknown>,
): Promise<Watched> {
  const [short, long] = TIMEOUTS;
  const hangs = fault.how === "hang";
  const call = async (timeout: number): Promise<Watched> => {
    await prepare();
    return await stage.call(command, hangs ? { ...conf, timeout } : conf, fault);
  };
  const first = await call(short);
  const answer = hangs && !first.struck ? await call(long) : first;
  assert(answer.struck, `the call was not made: ${answer.stderr}`);
  assertMatch(answer.stderr, hangs ? timedOut(answer === first ? short : long) : CRASHED);
  return answer;
}

async function interruptedAdd(target: Target, fault: Fault): Promise<void> {
  const { stage, conf } = target;
  const add = await strike(stage, ["ADD", conf], fault, () => stage.call("DEL", conf));
  assertAnswered(stage, add);
  assertEquals((await stage.scene.log()).at(-1)?.text, add.stderr.trim().split("\n").at(-1));
  await assertTidied(target);
  assertDeleted(await stage.call("DEL", conf));
}

async function interruptedDel({ stage, conf }: Target, fault: Fault): Promise<void> {
  assertDeleted(await strike(stage, ["DEL", conf], fault, () => stage.call("ADD", conf)));
  assertDeleted(await stage.call("DEL", conf));
}

function timedOut(timeout: number): RegExp {
  const all = 6 * timeout;
  return new RegExp(
    `"level":"error","msg":"timed out: a step took ${timeout} s, or all steps together ${all} s: the pod is left as it is"`,
  );
}
const CRASHED = /"level":"error","msg":"crashed in native code: the pod is left as it is"/;
const missing = needsRootAnd("natra");

testIf(
  missing,
  "ADD answers, says so and is finished or undone by reconcile when a native call never returns",
  (t) => strikeEach(t, conf, ({ ADD }) => hang(ADD), interruptedAdd),
);

testIf(
  missing,
  "ADD answers, says so and is finished or undone by reconcile when native code crashes",
  (t) => strikeEach(t, conf, ({ ADD }) => crashes(ADD), interruptedAdd),
);

testIf(
  missing,
  "DEL succeeds, says so and can be repeated when a native call never returns",
  (t) => strikeEach(t, conf, ({ DEL }) => hang(DEL), interruptedDel),
);

testIf(
  missing,
  "DEL succeeds, says so and can be repeated when native code crashes",
  (t) => strikeEach(t, conf, ({ DEL }) => crashes(DEL), interruptedDel),
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
    const unlimited = { ...conf, runtimeConfig: {} };
    const fault: Fault = { call: "recv", nth: 1, how: "hang" };
    const limited = (): Promise<unknown> => stage.call("ADD", conf);
    assertAnswered(stage, await strike(stage, ["ADD", unlimited], fault, limited));
    assertDeleted(await stage.call("DEL", conf));
    await assertGone({ stage, before });
  },
);
