/** What a whole run does, in its order. */

/** Some of the checks, which run together. */
export interface Group {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Whether what it checks is the build, so that it says nothing where that failed. */
  readonly needsBuild: boolean;
  /** Minutes after which it hangs for certain. */
  readonly minutes: number;
}

/** A program that checks something by how it ends. */
export interface Step {
  readonly name: string;
  readonly argv: readonly string[];
  /** Whether it is `deno test`, which reports each of its tests: then its end says nothing of its own. */
  readonly reports: boolean;
}

/** Where tests are that a whole run starts one group after another, and how long each group may take. */
const TESTS: readonly TestGroup[] = [
  ["build", 10, ["tests/build"]],
  ["rig", 15, ["tests/rig", "lab/demo"]],
  ["bpf", 15, ["tests/bpf"]],
  ["e2e", 30, ["tests/e2e"]],
];
/** The same for those that come last, because they take longest. */
const LAST: readonly TestGroup[] = [
  ["vm", 30, ["lab/vm"]],
  ["kernels", 55, ["lab/kernels"]],
];
/** What `deno task test` runs. */
const UNIT = ["lab/run"];
const DEFAULT_MINUTES = 20;

type TestGroup = readonly [name: string, minutes: number, directories: readonly string[]];

/** The groups of tests: those known by name, and one for every other directory, so that none is forgotten. */
function testGroups(directories: readonly string[]): readonly TestGroup[] {
  const known = new Set([...UNIT, ...[...TESTS, ...LAST].flatMap(([, , named]) => named)]);
  const others = directories.filter((directory) => !known.has(directory));
  return [
    ...TESTS,
    ...others.map((
      directory,
    ): TestGroup => [directory.replace(/^(tests|lab)\//, ""), DEFAULT_MINUTES, [directory]]),
    ...LAST,
  ];
}

/**
 * The groups of a run.
 *
 * @param shellScripts Their paths.
 * @param directories Those below tests/ and lab/ with tests in them.
 */
export function groups(shellScripts: readonly string[], directories: readonly string[]): Group[] {
  const step = (name: string, ...argv: string[]): Step => ({ name, argv, reports: false });
  const tests = (name: string, ...argv: string[]): Step => ({ name, argv, reports: true });
  return [
    {
      name: "static",
      needsBuild: false,
      minutes: 10,
      steps: [
        step("deno fmt --check", "deno", "fmt", "--check"),
        step("deno lint", "deno", "lint"),
        step("deno check", "deno", "check", "."),
        step("shellcheck", "shellcheck", "--external-sources", ...shellScripts),
      ],
    },
    {
      name: "unit",
      needsBuild: false,
      minutes: 10,
      steps: [tests("deno task test", "deno", "task", "--quiet", "test")],
    },
    ...testGroups(directories).flatMap(([name, minutes, wanted]) => {
      const present = wanted.filter((directory) => directories.includes(directory));
      const argv = ["deno", "test", "--allow-all", "--no-check", ...present];
      return present.length === 0 ? [] : [{ name, needsBuild: true, minutes, steps: [tests(name, ...argv)] }];
    }),
  ];
}

/**
 * The groups that were asked for by name.
 *
 * @param names None: all of them.
 * @throws {Error} If one is unknown.
 */
export function selectGroups(all: readonly Group[], names: readonly string[]): Group[] {
  const unknown = names.find((name) => !all.some((group) => group.name === name));
  if (unknown !== undefined) {
    throw new Error(`Unknown group "${unknown}": it is one of ${all.map(({ name }) => name).join(", ")}`);
  }
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}
