/** Natra's native calls, made to go wrong one by one: see inject/inject.h. */
import { compileOnce } from "../tools.ts";

/** What a kernel, or a full or a slow machine, answers. */
export const ERRNOS = ["EPERM", "ENOMEM", "EBUSY", "EEXIST", "ENOSPC", "ENODEV"] as const;
/** One of them. */
export type ErrnoName = (typeof ERRNOS)[number];
/** What ends a process from inside. */
export const CRASHES = ["SIGSEGV", "SIGBUS", "SIGILL", "SIGABRT", "SIGFPE", "stack"] as const;
/** One of them. */
export type Crash = (typeof CRASHES)[number];

/** One call that goes wrong. */
export interface Fault {
  /** Its name, for example `bpf/PROG_LOAD`. */
  readonly call: string;
  /** Which of its calls, from 1 on. */
  readonly nth: number;
  /** Whether all later ones go wrong, too. */
  readonly later?: boolean;
  /** How. */
  readonly how: ErrnoName | Crash | "hang" | "slow" | "SIGKILL";
}

const SOURCES = ["fault", "natives", "netlink", "libc", "files", "memory"];

/**
 * Compiles the library that is to be loaded before the C library.
 *
 * @returns its path
 * @throws {RigError} if the compiler is missing or fails
 */
export function compileInjector(): Promise<string> {
  const path = (name: string): string => new URL(`inject/${name}`, import.meta.url).pathname;
  const sources = SOURCES.map((name) => path(`${name}.c`));
  const flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared"];
  return compileOnce({
    sources: [...sources, path("inject.h")],
    target: new URL("../../../build/faults/inject.so", import.meta.url).pathname,
    command: (output) => ["gcc", ...flags, "-o", output, ...sources, "-ldl"],
  });
}

/** A fault as people read it, for example `EPERM of bpf/PROG_LOAD 2`. */
export function describeFault({ call, nth, later, how }: Fault): string {
  return `${how} of ${call} ${nth}${later ? " and all later ones" : ""}`;
}

/**
 * The start of a command line that has natra's native calls watched.
 *
 * @param library what {@linkcode compileInjector} returned
 * @param log takes the calls' names
 * @param fault the call that goes wrong; null: none
 */
export function injected(library: string, log: string, fault: Fault | null): string[] {
  const order = fault === null
    ? []
    : [`FAULT=${fault.call}:${fault.nth}${fault.later ? "+" : ""}:${fault.how}`];
  return ["env", `LD_PRELOAD=${library}`, `FAULT_LOG=${log}`, ...order];
}
