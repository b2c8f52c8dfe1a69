/** The small C programs of these tests, compiled when a test first needs them. */
import { run } from "./run.ts";

/** Where the compiled programs go. */
const OUTPUT = new URL("../../build/e2e/", import.meta.url).pathname;

/** Paths of the compiled programs. */
export interface Programs {
  /** Queries and fills hooks like another project: programs/neighbour.c. */
  readonly neighbour: string;
  /** Its BPF object: programs/counter.bpf.c. */
  readonly counter: string;
  /** Sends frames of a kind at a rate: programs/flood.c. */
  readonly flood: string;
  /** Runs a program without one command of bpf(2): programs/refuse.c. */
  readonly refuse: string;
  /**
   * Sends numbered packets of flows that are heavy and light by turns, and receives them:
   * programs/sequence.c.
   */
  readonly sequence: string;
}

let compiled: Promise<Programs> | undefined;

/**
 * Compiles the programs, once a process.
 *
 * @returns where they are
 * @throws {RigError} if a compiler is missing or fails
 */
export function programs(): Promise<Programs> {
  return compiled ??= compileAll();
}

async function compileAll(): Promise<Programs> {
  await Deno.mkdir(OUTPUT, { recursive: true });
  const c = ["gcc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"];
  // clang for BPF does not know Debian's directory of this architecture, where asm/types.h is.
  const include = `-I/usr/include/${Deno.build.arch}-linux-gnu`;
  const bpf = ["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v2", "-Wall", "-Werror", include, "-c"];
  const [neighbour, counter, flood, refuse, sequence] = await Promise.all([
    compile(c, "neighbour.c", "neighbour", ["-lbpf"]),
    compile(bpf, "counter.bpf.c", "counter.bpf.o"),
    compile(c, "flood.c", "flood"),
    compile(c, "refuse.c", "refuse"),
    compile(c, "sequence.c", "sequence"),
  ]);
  return { neighbour, counter, flood, refuse, sequence };
}

async function compile(
  compiler: readonly string[],
  source: string,
  target: string,
  libraries: readonly string[] = [],
): Promise<string> {
  // Another process may run the old one: the finished file is put in its place, not written into it.
  const unfinished = `${OUTPUT}${target}.${crypto.randomUUID()}`;
  const input = new URL(`programs/${source}`, import.meta.url).pathname;
  await run([...compiler, input, "-o", unfinished, ...libraries]);
  await Deno.rename(unfinished, `${OUTPUT}${target}`);
  return `${OUTPUT}${target}`;
}
