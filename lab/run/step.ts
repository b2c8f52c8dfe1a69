import { interruption } from "../../tests/rig/interruption.ts";
import type { Step } from "./groups.ts";
import { type Case, parseJunit } from "./junit.ts";
import { MARK } from "./machine.ts";
import { endProcesses } from "./processes.ts";

/** How the programs of a run are started. */
export interface Surroundings {
  /** The project's root, where they run. */
  readonly root: string;
  /** Where logs and reports go. */
  readonly results: string;
  /** Their directory for temporary files. */
  readonly temp: string;
  /** The value of {@linkcode MARK}. */
  readonly mark: string;
  /** Is told how many tests have ended so far. */
  readonly onProgress: (tests: number) => void;
}

/** What a step found. */
export interface StepResult {
  readonly cases: readonly Case[];
  /** All that it said. */
  readonly output: string;
}

/**
 * Runs a step to its end.
 *
 * @param minutes After which it is ended, with all that it began, and has failed.
 * @throws {Interrupted} If the process was told to stop meanwhile: then the step is ended, and all that it began.
 */
export async function runStep(
  step: Step,
  name: string,
  minutes: number,
  around: Surroundings,
): Promise<StepResult> {
  const report = `${around.results}/${name}.xml`;
  const [program = "", ...args] = step.reports ? [...step.argv, `--junit-path=${report}`] : step.argv;
  await Deno.remove(report).catch(() => {});
  const child = new Deno.Command(program, {
    args,
    cwd: around.root,
    env: { NO_COLOR: "1", TMPDIR: around.temp, [MARK]: around.mark },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // Ctrl-C reaches only us: what it began is ended in order
  }).spawn();
  const fate = { isLate: false, ending: Promise.resolve() };
  const stop = (): void => {
    child.kill("SIGKILL"); // or it would go on with its next test when what this one began is ended
    fate.ending = endProcesses(around.mark);
  };
  const timer = setTimeout(() => {
    fate.isLate = true;
    stop();
  }, minutes * 60_000);
  interruption.addEventListener("abort", stop, { once: true });
  let output = "";
  const keep = (text: string): void => {
    output += text;
    around.onProgress(output.match(ENDED)?.length ?? 0);
  };
  try {
    const [{ code }] = await Promise.all([child.status, read(child.stdout, keep), read(child.stderr, keep)]);
    await fate.ending;
    interruption.throwIfAborted();
    await Deno.writeTextFile(`${around.results}/${name}.log`, output);
    if (fate.isLate) output += `\nended after ${minutes} minutes\n`;
    return { cases: await casesOf(step, code, report), output };
  } finally {
    clearTimeout(timer);
    interruption.removeEventListener("abort", stop);
  }
}

/** How `deno test` tells that a test has ended. */
const ENDED = / \.\.\. (ok|FAILED|ignored) \(/g;

async function read(stream: ReadableStream<Uint8Array>, keep: (text: string) => void): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) keep(text);
}

async function casesOf(step: Step, code: number, report: string): Promise<Case[]> {
  const whole: Case = { suite: "the run", name: step.name, outcome: code === 0 ? "passed" : "failed" };
  if (!step.reports) return [whole];
  const text = await Deno.readTextFile(report).catch(() => "");
  const cases = text === "" ? [] : parseJunit(text);
  // It may fail without a failed test: a file that does not compile, or throws before its first test.
  const told = cases.length > 0 && (code === 0) === !cases.some(({ outcome }) => outcome === "failed");
  return told ? cases : [...cases, { ...whole, outcome: "failed" }];
}
