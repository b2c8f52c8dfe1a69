/** What a whole run does: parts, which are programs, in stages. */
import { UsageError } from "../../tests/rig/options.ts";

/** A program that checks something. */
export interface Part {
  /** Names its log and its report; unique. */
  readonly name: string;
  /** What it counts for, and is chosen by. */
  readonly group: string;
  readonly argv: readonly string[];
  /** Whether it is `deno test`, which reports each of its tests: then its own end says nothing else. */
  readonly reports: boolean;
  /** Whether it checks what was built, so that it says nothing where the build failed. */
  readonly needsBuild: boolean;
  /** Minutes after which it hangs for certain. */
  readonly minutes: number;
  readonly stage: StageName;
}

/**
 * The stages of a run, in their order. `first`: what is quick to say no. `quiet`: what measures, or mostly
 * waits, several at a time; nothing that keeps a processor busy is beside it. `alone`: what measures and takes
 * all processors. `busy`: everything else.
 */
export const STAGES = ["first", "quiet", "alone", "busy"] as const;
export type StageName = typeof STAGES[number];

/** How many parts run at a time. Guests are more: they are two at a time by themselves, and nice. */
export const LANES: Readonly<Record<StageName, number>> = { first: 2, quiet: 3, alone: 1, busy: 2 };

/**
 * Test files that measure natively, or that wait more than they work, longest first. A part each, as some
 * take minutes. Those that ask for a least (tests/rig/host_load.ts) have to be here.
 */
export const QUIET: readonly string[] = [
  "tests/change/traffic_test.ts",
  "tests/clients/clients_test.ts",
  "tests/e2e/traffic_test.ts",
  "tests/e2e/around_test.ts",
  "tests/neighbours/podside_test.ts",
  "tests/e2e/order_test.ts",
  "tests/rig/scenario_test.ts",
  "tests/rig/requests_test.ts",
  "tests/e2e/jumbo_test.ts",
];

/** Has a machine with two processors in real time: that one is alone, and those in virtual time are not. */
const RACES = "lab/kernels/kernels_test.ts";

/** What takes longest of the busy stage, and so begins it; the rest follows as it is found. */
const LONG: readonly string[] = ["lab/kernels", "tests/faults", "lab/vm"];
/** Minutes for a directory's tests, where it takes longer than most. */
const MINUTES: Readonly<Record<string, number>> = { "lab/kernels": 60, "tests/e2e": 30, "lab/vm": 30 };
const DEFAULT_MINUTES = 20;
/** What `deno task test` runs. */
const UNIT = ["lab/run"];

/** What there is in the project's tree. */
export interface Tree {
  readonly shellScripts: readonly string[];
  /** Every file of tests below tests/ and lab/. */
  readonly testFiles: readonly string[];
}

/** All parts of a run, in the order in which they are started. */
export function partsOf({ shellScripts, testFiles }: Tree): Part[] {
  const check = (name: string, ...argv: string[]): Part => ({
    ...{ name: name.replaceAll(" ", "-"), group: "static", argv, reports: false },
    ...{ needsBuild: false, minutes: 10, stage: "first" },
  });
  return [
    check("deno check", "deno", "check", "."),
    {
      ...{ name: "unit", group: "unit", argv: ["deno", "task", "--quiet", "test"], reports: true },
      ...{ needsBuild: false, minutes: 10, stage: "first" },
    },
    check("deno lint", "deno", "lint"),
    check("shellcheck", "shellcheck", "--external-sources", ...shellScripts),
    check("deno fmt", "deno", "fmt", "--check"),
    ...testParts(testFiles),
  ];
}

function testParts(testFiles: readonly string[]): Part[] {
  const quiet = QUIET.filter((file) => testFiles.includes(file));
  const together = Map.groupBy(
    testFiles.filter((file) => !quiet.includes(file) && !UNIT.includes(directoryOf(file))),
    directoryOf,
  );
  const directories = [...together.keys()].sort((a, b) => rank(a) - rank(b));
  return [
    ...quiet.map((file) => testPart(file, "quiet", [file])),
    ...(testFiles.includes(RACES) ? [testPart(RACES, "alone", [RACES], ["races"])] : []),
    ...directories.map((directory) =>
      testPart(
        directory,
        "busy",
        together.get(directory) ?? [],
        directory === directoryOf(RACES) ? ["all"] : [],
      )
    ),
  ];
}

function testPart(
  path: string,
  stage: StageName,
  files: readonly string[],
  args: readonly string[] = [],
): Part {
  const parts = path.replace(/_test\.ts$/, "").split("/").slice(1);
  const argv = [
    "deno",
    "test",
    "--allow-all",
    "--no-check",
    ...files,
    ...(args.length === 0 ? [] : ["--", ...args]),
  ];
  return {
    ...{ name: parts.join("-"), group: parts[0] ?? path, reports: true, needsBuild: true, stage, argv },
    minutes: MINUTES[path] ?? DEFAULT_MINUTES,
  };
}

/** `tests/e2e` of `tests/e2e/deep/x_test.ts`. */
function directoryOf(file: string): string {
  return file.split("/").slice(0, 2).join("/");
}

function rank(directory: string): number {
  const place = LONG.indexOf(directory);
  return place < 0 ? LONG.length : place;
}

/**
 * The parts of the groups that were asked for by name.
 *
 * @param names none: all of them
 * @throws {UsageError} if one is unknown
 */
export function selectParts(all: readonly Part[], names: readonly string[]): Part[] {
  const groups = [...new Set(all.map(({ group }) => group))];
  const unknown = names.find((name) => !groups.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`Unknown group "${unknown}": it is one of ${groups.join(", ")}`);
  }
  return all.filter(({ group }) => names.length === 0 || names.includes(group));
}
