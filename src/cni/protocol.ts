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

/** Maximum size of stdin: Kubernetes allows 256 KiB of annotations, and results are smaller. */
const MAX_STDIN_BYTES = 8 * 1024 * 1024;

/** ADD. After other plugins there is a previous result. */
export interface AddRequest extends PodEnvironment {
  readonly command: "ADD";
  readonly conf: NetConf;
}

/** CHECK: like ADD. */
export interface CheckRequest extends PodEnvironment {
  readonly command: "CHECK";
  readonly conf: NetConf;
}

/** A request that has the result of the previous plugin. */
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

/** VERSION: only the question. */
export interface VersionRequest {
  readonly command: "VERSION";
}

/** A request of the runtime, parsed and checked. */
export type CniRequest = AddRequest | CheckRequest | DelRequest | GcRequest | StatusRequest | VersionRequest;

/** The version that introduced a command; the oldest supported version has the other commands. */
const SINCE: ReadonlyMap<string, Version> = new Map([["CHECK", "0.4.0"], ["GC", "1.1.0"], [
  "STATUS",
  "1.1.0",
]]);

/**
 * Reads a request. VERSION does not read stdin, as in libcni's plugins: people also call it on a terminal.
 *
 * @throws {CniError} With the specification's code if the request is invalid.
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
 * Requires that a request has the result of the previous plugin.
 *
 * @throws {CniError} With code 7 if it has not.
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
    bytes = readAll(stdin, MAX_STDIN_BYTES);
  } catch (error) {
    const details = error instanceof Error ? error.message : undefined;
    throw new CniError(CODE.IO_FAILURE, "Cannot read the network configuration from stdin", details, {
      cause: error,
    });
  }
  if (bytes !== null) return new TextDecoder().decode(bytes);
  const details = `it is larger than ${MAX_STDIN_BYTES} bytes`;
  throw new CniError(CODE.DECODING_FAILURE, "Cannot read the network configuration", details);
}

/**
 * The answer to an ADD: a result under the request's version. Runtimes convert results before they pass them,
 * so nothing else in a previous result is changed, including unknown keys and large numbers.
 *
 * @returns A line of JSON.
 */
export function addAnswer({ conf }: AddRequest, result: JsonObject): string {
  return `${JSON.stringify({ ...result, cniVersion: conf.cniVersion })}\n`;
}

/**
 * Answers an ADD.
 *
 * @throws {Error} If writing to stdout fails, except because its reader has gone.
 */
export function answerAdd(request: AddRequest, result: JsonObject): void {
  writeAnswer(addAnswer(request, result));
}

/**
 * Answers a failure. The caller sets the exit code, which must not be zero by the specification.
 *
 * @param version The request's version, if it could be read.
 * @throws {Error} Like {@linkcode answerAdd}.
 */
export function answerError(error: unknown, version: Version = NEWEST_VERSION): void {
  writeAnswer(`${JSON.stringify(asCniError(error).toAnswer(version))}\n`);
}

/**
 * Answers VERSION: the newest version, and all supported versions.
 *
 * @throws {Error} Like {@linkcode answerAdd}.
 */
export function answerVersion(): void {
  writeAnswer(`${JSON.stringify({ cniVersion: NEWEST_VERSION, supportedVersions: SUPPORTED_VERSIONS })}\n`);
}

/**
 * The only place that writes to stdout on the plugin's path. If the runtime has gone (EPIPE) the answer is
 * lost, and the setup stays: DEL follows. A write that would block is not retried: Deno buffers stdout and
 * does not report how much it accepted, so the answer could be garbled instead of missing. Runtimes pass
 * blocking pipes.
 */
function writeAnswer(answer: string): void {
  try {
    writeAll(Deno.stdout, new TextEncoder().encode(answer), 0);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
