/**
 * What runs on a node of its own: installs and uninstalls that are killed somewhere on their way, and what
 * each has left.
 */
import { answerOnOwnNode } from "../rig/own_node.ts";
import { isDraftName } from "../../src/install/names.ts";
import { Child } from "../rig/child.ts";
import { outcomeOf, run } from "../rig/run.ts";
import { judgeLists } from "./judge.ts";
import { CniNode, listOf, NATRA } from "./node.ts";

/** How many processes are killed. */
export interface KillsRequest {
  /** How many processes are killed at a random moment. */
  readonly kills: number;
  /** How many times more while it copies the executable. */
  readonly aimed: number;
}

/** What came of it. */
export interface KillsResult {
  /** What was wrong, in words. */
  readonly problems: readonly string[];
  /** How many were still running when they were killed. */
  readonly struck: number;
  /** How many of the killed had left a draft: they were in the middle of writing. */
  readonly drafts: number;
}

const ORIGINAL = "10-x.conflist";
/** Kills come between a start and a little after what the same takes when nobody is killed. */
const LATEST = 1.2;
/** What an earlier version was: another whole file. */
const OLD = "#!/bin/sh\n# natra, an earlier version\n";

/** How much longer an uninstall takes: it waits for the runtime to hear of it. */
const UNINSTALL_MS = 1000;

/** What is under way when it is killed: what comes before, and the command. */
const STEPS: readonly { before(node: CniNode, round: number): Promise<void>; args: readonly string[] }[] = [
  { before: (node) => asOnNewNode(node), args: ["install", "--once"] },
  { before: (node) => upgradeFrom(node), args: ["install", "--once"] },
  { before: (node, round) => node.putList(ORIGINAL, listOf(`round ${round}`)), args: ["install", "--once"] },
  { before: (node, round) => node.putList(ORIGINAL, listOf(`round ${round}`)), args: ["install"] },
  { before: () => Promise.resolve(), args: ["uninstall"] },
  { before: () => Promise.resolve(), args: ["uninstall", "--keep-stub"] },
];

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

async function asOnNewNode({ binDir, confDir }: CniNode): Promise<void> {
  await remove(`${confDir}/00-natra-${ORIGINAL}`);
  await remove(`${binDir}/natra`);
}

async function upgradeFrom({ binDir }: CniNode): Promise<void> {
  await remove(`${binDir}/natra`);
  await Deno.writeTextFile(`${binDir}/natra`, OLD, { mode: 0o755 });
}

async function kill({ kills, aimed }: KillsRequest): Promise<KillsResult> {
  await using node = await CniNode.create();
  const directories = node.arguments;
  const problems: string[] = [];
  const count = { struck: 0, drafts: 0 };
  const whole = await digest(NATRA);
  await node.putList(ORIGINAL, listOf("at first"));
  const start = performance.now();
  await run([NATRA, "install", "--once", ...directories]);
  const span = performance.now() - start;
  for (let round = 0; round < kills + aimed; round++) {
    const isAimed = round >= kills;
    const step = STEPS[isAimed ? 0 : round % STEPS.length];
    if (step === undefined) break;
    await step.before(node, round);
    const original = (await node.lists()).get(ORIGINAL);
    const delay = Math.random() * LATEST * (span + (step.args[0] === "uninstall" ? UNINSTALL_MS : 0));
    const child = Child.start([NATRA, ...step.args, ...directories]);
    if (isAimed) await untilItWrites(node, child);
    else await new Promise((resolve) => setTimeout(resolve, delay));
    if (!child.ended) count.struck++;
    await child.stop("SIGKILL");
    const where = `round ${round}, ${step.args.join(" ")} after ${delay.toFixed(0)} ms`;
    const found = (what: string): unknown => problems.push(`${where}: ${what}`);
    const files = await node.lists();
    if (allNames(node).some(isDraftName)) count.drafts++;
    judgeLists(files).forEach(found);
    if (files.get(ORIGINAL) !== original) found("the original changed");
    const executable = await digest(`${node.binDir}/natra`);
    if (![whole, await digest(OLD, true), null].includes(executable)) found("the executable is another");
    if (executable === null && [...files.keys()].some((name) => name.startsWith("00-"))) {
      found("a list names an executable that is not there");
    }
    const { code, stderr } = await outcomeOf([NATRA, "install", "--once", ...directories]);
    if (code !== 0) found(`the next install failed: ${stderr}`);
    const after = [...(await node.lists()).keys()].join(" ");
    if (after !== `00-natra-${ORIGINAL} ${ORIGINAL}`) found(`the next install leaves ${after}`);
    if (await digest(`${node.binDir}/natra`) !== whole) found("the next install leaves another executable");
    if (allNames(node).some((name) => name.startsWith(".") || name.endsWith(".uninstalled"))) {
      found(`the next install leaves ${allNames(node)}`);
    }
    judgeLists(await node.lists()).forEach(found);
    if (!(await node.lists()).get(`00-natra-${ORIGINAL}`)?.includes(markOf(original))) {
      found("the next install's list is old");
    }
  }
  Deno.stderr.writeSync(new TextEncoder().encode(
    `kills: ${count.struck} of ${
      kills + aimed
    } were running, ${count.drafts} were writing; an install takes ${span.toFixed(0)} ms\n`,
  ));
  return { problems, ...count };
}

async function untilItWrites(node: CniNode, child: Child): Promise<void> {
  while (!child.ended && !allNames(node).some(isDraftName)) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function allNames({ binDir, confDir }: CniNode): string[] {
  return [binDir, confDir].flatMap((directory) => [...Deno.readDirSync(directory)].map(({ name }) => name));
}

function markOf(original = ""): string {
  return /"mark": "[^"]*"/.exec(original)?.[0] ?? "no mark";
}

/**
 * Digests of executables by what tells a file from another: hashing 90 MB takes longer than what is tested.
 */
const digests = new Map<string, string>();

async function digest(path: string, isText = false): Promise<string | null> {
  try {
    const { dev, ino, size, ctime } = isText
      ? { dev: 0, ino: 0, size: 0, ctime: null }
      : await Deno.stat(path);
    const key = `${dev} ${ino} ${size} ${ctime?.getTime()}`;
    const known = digests.get(key);
    if (known !== undefined) return known;
    const bytes = isText ? new TextEncoder().encode(path) : await Deno.readFile(path);
    const made = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    digests.set(key, made);
    return made;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

if (import.meta.main) {
  await answerOnOwnNode(kill);
}
