import { interruption } from "../../tests/rig/interruption.ts";
import { type Case, parseJunit } from "./junit.ts";
import { isLeft, MARK } from "./machine.ts";
import type { Part } from "./parts.ts";
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
}

/** What a part needs to be run. */
export type Step = Pick<Part, "name" | "argv" | "reports" | "minutes">;

/** What a part found. */
export interface StepResult {
  readonly cases: readonly Case[];
  /** All that it said. */
  readonly output: string;
}

/** Mounts what parts would have in common. Only root can, and tests of others do not touch it. */
const ROOM: readonly string[] = Deno.uid() === 0
  ? ["unshare", "--mount", "--propagation", "private", new URL("./room.sh", import.meta.url).pathname]
  : [];

/**
 * Runs a part to its end.
 *
 * @param onProgress told how many tests have ended so far
 * @throws {Interrupted} If the process was told to stop meanwhile: then the part is ended, and all that it
 * began.
 */
export async function runStep(
  { name, argv, reports, minutes }: Step,
  around: Surroundings,
  onProgress: (tests: number) => void = () => {},
): Promise<StepResult> {
  const report = `${around.results}/${name}.xml`, left = `${around.results}/${name}.left`;
  const mark = `${around.mark}/${name}`;
  const full = reports ? withOption(argv, `--junit-path=${report}`) : argv;
  const [program = "", ...args] = ROOM.length === 0 ? full : [...ROOM, left, ...full];
  for (const file of [report, left]) await Deno.remove(file).catch(() => {});
  const child = new Deno.Command(program, {
    args,
    cwd: around.root,
    env: { NO_COLOR: "1", TMPDIR: around.temp, [MARK]: mark },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // Ctrl-C reaches only us: what it began is ended in order
  }).spawn();
  const fate = { isLate: false, ending: Promise.resolve() };
  const stop = (): void => {
    child.kill("SIGKILL"); // or it would go on with its next test when what this one began is ended
    fate.ending = endProcesses(mark);
  };
  const timer = setTimeout(() => {
    fate.isLate = true;
    stop();
  }, minutes * 60_000);
  interruption.addEventListener("abort", stop, { once: true });
  const start = performance.now();
  let output = "";
  const keep = (text: string): void => {
    output += text;
    onProgress(output.match(ENDED)?.length ?? 0);
  };
  try {
    const [{ code }] = await Promise.all([child.status, read(child.stdout, keep), read(child.stderr, keep)]);
    await fate.ending;
    interruption.throwIfAborted();
    await Deno.writeTextFile(`${around.results}/${name}.log`, output);
    if (fate.isLate) output += `\nended after ${minutes} minutes\n`;
    const cases = await casesOf({ name, reports }, (performance.now() - start) / 1000, code, report);
    return { cases: [...cases, ...await leftCases(name, left)], output };
  } finally {
    clearTimeout(timer);
    interruption.removeEventListener("abort", stop);
  }
}

/** Adds an option to those of a command line, not to the arguments that tests are given behind `--`. */
function withOption(argv: readonly string[], option: string): string[] {
  const end = argv.includes("--") ? argv.indexOf("--") : argv.length;
  return argv.toSpliced(end, 0, option);
}

/** The suite of what is no test of a file. */
export const THE_RUN = "the run";

/** How `deno test` tells that a test has ended. */
const ENDED = / \.\.\. (ok|FAILED|ignored) \(/g;

async function read(stream: ReadableStream<Uint8Array>, keep: (text: string) => void): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) keep(text);
}

async function casesOf(
  { name, reports }: Pick<Step, "name" | "reports">,
  seconds: number,
  code: number,
  report: string,
): Promise<Case[]> {
  const whole: Case = { suite: THE_RUN, name, outcome: code === 0 ? "passed" : "failed", seconds };
  if (!reports) return [whole];
  const text = await Deno.readTextFile(report).catch(() => "");
  const cases = text === "" ? [] : parseJunit(text);
  // It may fail without a failed test: a file that does not compile, or throws before its first test.
  const told = cases.length > 0 && (code === 0) === !cases.some(({ outcome }) => outcome === "failed");
  return told ? cases : [...cases, { ...whole, outcome: "failed" }];
}

/** What a part left in its room: a failed check if anything. */
async function leftCases(name: string, file: string): Promise<Case[]> {
  const left = (await Deno.readTextFile(file).catch(() => "")).split("\n").filter(isLeft);
  return left.length === 0
    ? []
    : [{ suite: THE_RUN, name: `${name} left ${left.join(", ")}`, outcome: "failed", seconds: 0 }];
}
