import { readAll, writeAll } from "../base/log/stdio.ts";
import { type NetConf, readConfig } from "./config.ts";
import {
  type Environment,
  type NodeCommand,
  type PodCommand,
  type PodEnvironment,
  readCommand,
  readPodEnvironment,
} from "./environment.ts";
import { asCniError, CniError, CODE } from "./errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isAtLeast, NEWEST_VERSION, SUPPORTED_VERSIONS, type Version } from "./version.ts";

/**
 * The most that is read from stdin, in bytes: Kubernetes allows 256 KiB of annotations, and results are
 * smaller.
 */
const MAX_STDIN = 8 * 1024 * 1024;

/** ADD; behind other plugins the previous result is there. */
export interface AddRequest extends PodEnvironment {
  readonly command: "ADD";
  readonly conf: NetConf;
}

/** CHECK: like ADD. */
export interface CheckRequest extends PodEnvironment {
  readonly command: "CHECK";
  readonly conf: NetConf;
}

/** A request that came with the result of the plugin before. */
export type Chained<Request extends AddRequest | CheckRequest> = Request & {
  readonly conf: { readonly prevResult: JsonObject };
};

/** DEL: the namespace may be gone (`netns` is empty then), and the previous result unknown. */
export interface DelRequest extends PodEnvironment {
  readonly command: "DEL";
  readonly conf: NetConf;
}

/** GC: about the network, not about a pod. */
export interface GcRequest {
  readonly command: "GC";
  readonly conf: NetConf;
}

/** STATUS: like GC. */
export interface StatusRequest {
  readonly command: "STATUS";
  readonly conf: NetConf;
}

/** VERSION: nothing but the question. */
export interface VersionRequest {
  readonly command: "VERSION";
}

/** What the runtime asks for, understood and checked. */
export type CniRequest = AddRequest | CheckRequest | DelRequest | GcRequest | StatusRequest | VersionRequest;

/** The version that brought a command; the others came with the oldest that is spoken. */
const SINCE: ReadonlyMap<string, Version> = new Map([["CHECK", "0.4.0"], ["GC", "1.1.0"], [
  "STATUS",
  "1.1.0",
]]);

/**
 * Reads a request. VERSION leaves stdin alone, as libcni's plugins do: it is also asked by hand, on a
 * terminal.
 *
 * @param env The environment, e.g. `Deno.env`.
 * @param stdin The configuration, e.g. `Deno.stdin`.
 * @returns The request.
 * @throws {CniError} With the specification's code if it cannot be understood.
 */
export function readRequest(
  env: Environment,
  stdin: { readSync(into: Uint8Array): number | null },
): CniRequest {
  const command = readCommand(env);
  if (command === "VERSION") return { command };
  if (command === "GC" || command === "STATUS") return { command, conf: readConfFor(command, stdin) };
  const pod = readPodEnvironment(env, command);
  const conf = readConfFor(command, stdin);
  return { command, ...pod, conf };
}

/**
 * Demands that a request came with the result of the plugin before.
 *
 * @throws {CniError} With code 7 if it did not.
 */
export function chained<Request extends AddRequest | CheckRequest>(request: Request): Chained<Request> {
  if (isChained(request)) return request;
  const { command, conf } = request;
  throw new CniError(
    CODE.INVALID_NETWORK_CONFIG,
    "Must be called as a chained plugin",
    `${command} needs a prevResult: ${conf.type} belongs after a main plugin in the list's plugins`,
  );
}

function isChained<Request extends AddRequest | CheckRequest>(request: Request): request is Chained<Request> {
  return request.conf.prevResult !== null;
}

function readConfFor(
  command: PodCommand | NodeCommand,
  stdin: { readSync(into: Uint8Array): number | null },
): NetConf {
  const conf = readConfig(readText(stdin));
  const since = SINCE.get(command) ?? SUPPORTED_VERSIONS[0];
  if (isAtLeast(conf.cniVersion, since)) return conf;
  const details = `the configuration's version is ${conf.cniVersion}, ${command} needs ${since} or later`;
  throw new CniError(
    CODE.INCOMPATIBLE_VERSION,
    `The configuration's version does not allow ${command}`,
    details,
  );
}

function readText(stdin: { readSync(into: Uint8Array): number | null }): string {
  let bytes: Uint8Array | null;
  try {
    bytes = readAll(stdin, MAX_STDIN);
  } catch (error) {
    const details = error instanceof Error ? error.message : undefined;
    throw new CniError(CODE.IO_FAILURE, "Cannot read the network configuration from stdin", details, {
      cause: error,
    });
  }
  if (bytes !== null) return new TextDecoder().decode(bytes);
  const details = `it is larger than ${MAX_STDIN} bytes`;
  throw new CniError(CODE.DECODING_FAILURE, "Cannot read the network configuration", details);
}

/**
 * The answer to an ADD: a result under the request's version. Runtimes convert results before they pass them,
 * so nothing else in a previous result is touched, unknown keys and large numbers included.
 *
 * @returns A line of JSON.
 */
export function addAnswer({ conf }: AddRequest, result: JsonObject): string {
  return `${JSON.stringify({ ...result, cniVersion: conf.cniVersion })}\n`;
}

/**
 * Answers an ADD.
 *
 * @throws {Error} If stdout fails for another reason than that its reader has gone.
 */
export function answerAdd(request: AddRequest, result: JsonObject): void {
  writeAnswer(addAnswer(request, result));
}

/**
 * Answers a failure. The caller sets the exit code, which the specification wants not to be zero.
 *
 * @param error Whatever was thrown.
 * @param version The request's version, if it came so far.
 * @throws {Error} Like {@linkcode answerAdd}.
 */
export function answerError(error: unknown, version: Version = NEWEST_VERSION): void {
  writeAnswer(`${JSON.stringify(asCniError(error).toAnswer(version))}\n`);
}

/**
 * Answers VERSION: the newest version, and all that are spoken.
 *
 * @throws {Error} Like {@linkcode answerAdd}.
 */
export function answerVersion(): void {
  writeAnswer(`${JSON.stringify({ cniVersion: NEWEST_VERSION, supportedVersions: SUPPORTED_VERSIONS })}\n`);
}

/**
 * The only place that writes to stdout on the plugin's path. A runtime that has gone (EPIPE) is past helping,
 * and what was set up stands: DEL follows. A pipe that would block is not tried again: Deno keeps a buffer
 * before stdout and does not tell what it took, so the answer could come out garbled instead of missing.
 * Runtimes pass blocking pipes.
 */
function writeAnswer(answer: string): void {
  try {
    writeAll(Deno.stdout, new TextEncoder().encode(answer), 0);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
