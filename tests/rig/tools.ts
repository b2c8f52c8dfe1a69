/** The rig's own small programs: compiled at first use, kept under the hash of what they are made from. */
import { run } from "./run.ts";

/** Paths of the rig's compiled programs. */
export interface Tools {
  /** `requests serve` and `requests load`. */
  readonly requests: string;
  /** The meter's BPF object. */
  readonly meter: string;
  /** How many seconds the meter can hold. */
  readonly meterSeconds: number;
}

/** What to compile, and how. */
export interface ToolOptions {
  /** Directory for the compiled files, such as build/rig. */
  readonly directory: string;
  /** How many seconds the meter must hold at least; default: 180. */
  readonly meterSeconds?: number;
  /** Compiler of C for this machine; default: gcc. */
  readonly cc?: readonly string[];
  /** Link `requests` statically, for machines with another C library. */
  readonly static?: boolean;
}

const SLOTS_PER_SECOND = 100;
const REQUESTS_SOURCES = [
  "main",
  "message",
  "serve",
  "plan",
  "schedule",
  "exchange",
  "lanes",
  "load",
  "closed",
  "figures",
];

/**
 * Compiles what is not there yet.
 *
 * @param options what to compile, and how
 * @returns where the programs are
 * @throws {RigError} if a compiler is missing or fails
 */
export async function prepareTools(options: ToolOptions): Promise<Tools> {
  const meterSlots = 2 ** Math.ceil(Math.log2((options.meterSeconds ?? 180) * SLOTS_PER_SECOND));
  const requests = await prepareRequests(options);
  const meter = await prepareMeter(options.directory, meterSlots);
  return { requests, meter, meterSeconds: meterSlots / SLOTS_PER_SECOND };
}

function prepareRequests(options: ToolOptions): Promise<string> {
  const cc = options.cc ?? ["gcc"];
  const sources = REQUESTS_SOURCES.map((name) => sourcePath(`requests/${name}.c`));
  const flags = ["-std=gnu11", "-O2", "-Wall", "-Wextra", ...(options.static ? ["-static"] : [])];
  return compileOnce({
    sources: [...sources, sourcePath("requests/requests.h")],
    target: `${options.directory}/requests`,
    command: (output) => [...cc, ...flags, "-o", output, ...sources, "-lm"],
  });
}

function prepareMeter(directory: string, slots: number): Promise<string> {
  const source = sourcePath("meter.bpf.c");
  // clang for BPF does not know Debian's directory of this architecture, where asm/types.h is.
  const include = `-I/usr/include/${Deno.build.arch}-linux-gnu`;
  return compileOnce({
    sources: [source],
    target: `${directory}/meter`,
    command: (output) => [
      ...["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v2", "-Wall", include],
      ...[`-DMETER_SLOTS=${slots}`, "-c", source, "-o", output],
    ],
  });
}

/** A program to compile. */
export interface Compilation {
  /** All that its command reads. */
  readonly sources: readonly string[];
  /** The compiled file; a hash is added to its name. */
  readonly target: string;
  /** The compiler and its arguments. */
  command(output: string): string[];
}

/**
 * Compiles a program unless it is there already.
 *
 * @param compilation what, and how
 * @returns the path of the compiled file
 * @throws {RigError} if the compiler is missing or fails
 */
export async function compileOnce({ sources, target, command }: Compilation): Promise<string> {
  const texts = await Promise.all(sources.map((source) => Deno.readTextFile(source)));
  const stamp = await hash([...command(""), ...texts].join("\0"));
  const output = `${target}-${stamp}`;
  if (await exists(output)) return output;
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  // Another process may compile the same: each writes a file of its own, and the last rename wins.
  const unfinished = `${output}.${Deno.pid}`;
  try {
    await run(command(unfinished));
    await Deno.rename(unfinished, output);
  } finally {
    await Deno.remove(unfinished).catch(() => {});
  }
  return output;
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 12);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

function sourcePath(name: string): string {
  return new URL(`./${name}`, import.meta.url).pathname;
}
