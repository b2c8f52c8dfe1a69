/** What must hold after a call that something went wrong in. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ErrnoName, Fault } from "./injector.ts";
import type { Stage, Watched } from "./stage.ts";
import type { Target } from "./strike.ts";

/** How the JavaScript runtime words an errno. */
const OS_ERRORS: ReadonlyMap<Fault["how"], number> = new Map<ErrnoName, number>([
  ["EPERM", 1],
  ["ENOMEM", 12],
  ["EBUSY", 16],
  ["EEXIST", 17],
  ["ENODEV", 19],
  ["ENOSPC", 28],
]);

/** Errnos that are an answer, not a failure: natra goes on, and says what it cannot do then. */
const ANSWERS: readonly RegExp[] = [
  /^ENODEV of (netlink\/GETLINK|send|recv)$/, // there is no such interface
  /^EEXIST of netlink\/NEWQDISC$/, // clsact is there already; here it is not, so the filter finds none
];

/** Whether a log says what failed: the errno by its name, or by the runtime's words for it. */
export function tells(log: string, { call, how }: Fault): boolean {
  if (ANSWERS.some((answer) => answer.test(`${how} of ${call}`))) return log.includes('"Cannot ');
  return log.includes(how) || log.includes(`os error ${OS_ERRORS.get(how)})`);
}

/** An ADD's answer is the previous result, whatever happened, and nothing else. */
export function assertAnswered(stage: Stage, add: Watched): void {
  assertEquals([add.code, add.stdout], [0, stage.prevResult], add.stderr);
}

/** DEL succeeds and says nothing, whatever happened. */
export function assertDeleted(del: Watched): void {
  assertEquals([del.code, del.stdout], [0, ""], del.stderr);
}

/**
 * A pod that is said to be limited is: CHECK says so, and the kernel shows the same as after a healthy ADD.
 */
export async function assertHeld({ stage, conf, held }: Target, add: Watched): Promise<void> {
  const check = await stage.call("CHECK", conf);
  assertEquals([check.code, check.stdout], [0, ""], `it says that the pod is limited:\n${add.stderr}`);
  // Another queue than usual is a choice, told with its reason.
  if (!add.stderr.includes('"instead of ')) assertEquals(await stage.look(), held);
}

/**
 * A pod that is not limited is as it was, and the log says why: at the latest the next DEL or reconcile makes
 * it so.
 */
export async function assertUntouched({ stage, before }: Target, add: Watched, fault: Fault): Promise<void> {
  assertMatch(add.stderr, /"level":"error","msg":"pod is not limited"/);
  assert(tells(add.stderr, fault), `the log does not tell of ${fault.how}: ${add.stderr}`);
  const left = difference(await stage.look(), before);
  if (add.stderr.includes("undoing it failed") || isEmptyDirectory(left, stage)) return;
  assertEquals(left, [], `it is not undone: ${add.stderr}`);
}

/** What is there and was not. */
function difference(now: readonly string[], before: readonly string[]): string[] {
  return now.filter((line) => !before.includes(line));
}

/**
 * A process that cannot lock a container must not remove the directory of its pins: another process may be working
 * in it.
 */
function isEmptyDirectory(left: readonly string[], stage: Stage): boolean {
  return left.length === 1 && left[0] === `/sys/fs/bpf/natra/${stage.scene.pod.containerId}`;
}

/** Nothing of natra's is there any more; only an empty directory may wait for the next reconcile. */
export async function assertGone({ stage, before }: Pick<Target, "stage" | "before">): Promise<void> {
  const now = await stage.look();
  if (!isEmptyDirectory(difference(now, before), stage)) {
    return assertEquals(now, before, "something is left");
  }
  await assertReconciled({ stage, before });
}

/** Nothing of natra's is there after a reconcile. */
export async function assertReconciled({ stage, before }: Pick<Target, "stage" | "before">): Promise<void> {
  const reconcile = await stage.tool("reconcile");
  assertEquals(reconcile.code, 0, reconcile.stdout + reconcile.stderr);
  assertEquals(await stage.look(), before, `something is left: ${reconcile.stdout}`);
}

/**
 * After a reconcile an ADD that was cut short is finished, if it had come to record what it wanted; else it
 * is undone.
 */
export async function assertTidied(target: Target): Promise<void> {
  if (await isRecorded(target.stage)) await assertFinished(target);
  else await assertReconciled(target);
}

/** Whether the container's record is there. */
async function isRecorded({ scene, room }: Stage): Promise<boolean> {
  return (await room.sh('find /run/natra -name "$1*.json"', scene.pod.containerId)) !== "";
}

/** The pod is held after a reconcile as after a healthy ADD. */
async function assertFinished({ stage, conf, held }: Target): Promise<void> {
  const reconcile = await stage.tool("reconcile");
  assertEquals(reconcile.code, 0, reconcile.stdout + reconcile.stderr);
  assertEquals(await stage.look(), held, `it is not finished: ${reconcile.stdout}`);
  const check = await stage.call("CHECK", conf);
  assertEquals([check.code, check.stdout], [0, ""]);
  assertEquals((await stage.tool("reconcile")).stdout, "Nothing was left behind.\n");
}
