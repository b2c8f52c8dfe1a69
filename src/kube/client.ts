/**
 * A small client of the Kubernetes API: get, list, watch, create. The official one takes half a second to start and more memory than all
 * of the agent; what the agent needs of it is HTTP, JSON, and a stream of lines.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../base/log/quote.ts";
import { readLines, readText } from "./body.ts";
import type { ApiServer } from "./api_server.ts";

/** Milliseconds that an answer may take. */
const TIMEOUT_MS = 30_000;
/** The longest list, error and line of a watch that is read, in characters. */
const MAX_LIST = 64 * 1024 * 1024;
const MAX_ERROR = 64 * 1024;
const MAX_LINE = 4 * 1024 * 1024;

/** Only names, annotations and the like are asked for: a pod's whole object is ten times as long. */
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
const METADATA_LIST = METADATA.replace("PartialObjectMetadata", "PartialObjectMetadataList");

/** The API server refused. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  /** @param status HTTP's. */
  constructor(message: string, readonly status: number) {
    super(message);
  }
}

type Query = Readonly<Record<string, string>>;

/** What an API server says when it refuses. */
const STATUS = v.object({ message: v.optional(v.string()), code: v.optional(v.number()) });

/** The client of one API server. Disposing of it closes its connections. */
export class KubeClient implements Disposable {
  readonly #server: ApiServer;
  #http: Deno.HttpClient | null = null;
  #ca = "";

  constructor(server: ApiServer) {
    trustNobodyElse();
    this.#server = server;
  }

  /** What the API server is called, for messages. */
  get url(): string {
    return this.#server.url;
  }

  /**
   * Gets an object's metadata.
   *
   * @param path For example `/api/v1/namespaces/default/pods/web`.
   * @throws {ApiError} If the server refuses.
   * @throws {Error} If it cannot be reached, or answers what is no JSON.
   */
  get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.#read(path, {}, METADATA, signal);
  }

  /** {@linkcode get} for all objects of a kind: the server makes a difference. @param path For example `/api/v1/pods`. */
  list(path: string, query: Query, signal: AbortSignal): Promise<unknown> {
    return this.#read(path, query, METADATA_LIST, signal);
  }

  /**
   * Watches.
   *
   * @param seconds After which the server ends it. It is given up a little later: a connection may die silently.
   * @returns Once the server has agreed: each event of the watch as it comes, of any shape; an error if the connection ends in the middle.
   * @throws {ApiError} If the server refuses.
   */
  async watch(
    path: string,
    query: Query,
    seconds: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<unknown>> {
    const asked = { ...query, watch: "true", timeoutSeconds: String(seconds) };
    using undo = new DisposableStack();
    const limit = undo.use(new Limit(signal, seconds * 1000 + TIMEOUT_MS));
    const { body } = await this.#ask("GET", path, asked, limit, { accept: METADATA });
    return events(body ?? new ReadableStream(), limit, undo.move());
  }

  /** Creates an object. @throws {ApiError} If the server refuses, with status 409 if there is one of that name. */
  async create(path: string, object: unknown, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify(object);
    const headers = { accept: "application/json", "content-type": "application/json" };
    using limit = new Limit(signal, TIMEOUT_MS);
    const response = await this.#ask("POST", path, {}, limit, headers, body);
    await response.body?.cancel();
  }

  [Symbol.dispose](): void {
    this.#http?.close();
    this.#http = null;
  }

  async #read(path: string, query: Query, accept: string, signal: AbortSignal): Promise<unknown> {
    using limit = new Limit(signal, TIMEOUT_MS);
    const response = await this.#ask("GET", path, query, limit, { accept });
    return parseJson(await readText(response.body, MAX_LIST, limit.signal));
  }

  async #ask(
    method: string,
    path: string,
    query: Query,
    limit: Limit,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Response> {
    const token = this.#server.readToken();
    const parameters = new URLSearchParams(query).toString();
    const response = await fetch(`${this.#server.url}${path}${parameters === "" ? "" : `?${parameters}`}`, {
      method,
      client: this.#connections(),
      signal: limit.signal,
      redirect: "error",
      headers: {
        ...headers,
        "user-agent": "natra",
        ...token === null ? {} : { authorization: `Bearer ${token}` },
      },
      ...body === undefined ? {} : { body },
    });
    if (response.ok) return response;
    throw await refusal(`${method} ${path}`, response, limit.signal);
  }

  /** Connections that trust the authority that holds now: it is changed now and then, as tokens are. */
  #connections(): Deno.HttpClient {
    const ca = this.#server.readCa();
    if (this.#http !== null && ca === this.#ca) return this.#http;
    const { certificate } = this.#server;
    // A watch has a connection of its own: one that hangs hinders no other request.
    const options = { caCerts: [ca], http1: true, http2: false, ...certificate ?? {} };
    const http = Deno.createHttpClient(options);
    this.#http?.close();
    this.#http = http;
    this.#ca = ca;
    return http;
  }
}

/** Ends a request when the agent is told to stop, or its time is over. */
class Limit implements Disposable {
  readonly #controller = new AbortController();
  readonly #undo = new DisposableStack();

  constructor(stop: AbortSignal, ms: number) {
    const end = (): void => this.#controller.abort(stop.reason);
    const timer = setTimeout(() => this.#controller.abort(new Error(`No end after ${ms} ms`)), ms);
    this.#undo.defer(() => clearTimeout(timer));
    stop.addEventListener("abort", end);
    this.#undo.defer(() => stop.removeEventListener("abort", end));
    if (stop.aborted) end();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}

/**
 * Deno adds the given authorities to a store of its own, which it fills when it first needs one, from what this variable names. Nobody
 * but the cluster's own authority may speak for its API server.
 */
function trustNobodyElse(): void {
  Deno.env.set("DENO_TLS_CA_STORE", "");
}

async function refusal(what: string, response: Response, signal: AbortSignal): Promise<ApiError> {
  const text = await readText(response.body, MAX_ERROR, signal).catch(() => "");
  return refusedBy(what, text, response.status);
}

/** An error from what the API server says, which is quoted: it may hold anything. */
function refusedBy(what: string, text: string, status: number): ApiError {
  let said: string | undefined = text;
  try {
    said = v.parse(STATUS, JSON.parse(text)).message ?? text;
  } catch {
    // no Status: the text itself has to do
  }
  return new ApiError(`${what}: ${status}: ${quote(said, 300)}`, status);
}

/** An error that came in a watch: `{"type":"ERROR","object":{"kind":"Status",…}}`. */
export function watchError(path: string, status: unknown): ApiError {
  const read = v.safeParse(STATUS, status);
  const { message = "", code = 500 } = read.success ? read.output : {};
  return new ApiError(`watch ${path}: ${code}: ${quote(message, 300)}`, code);
}

async function* events(
  body: ReadableStream<Uint8Array>,
  { signal }: Limit,
  owned: Disposable,
): AsyncGenerator<unknown> {
  using _owned = owned;
  for await (const line of readLines(body, MAX_LINE, signal)) yield parseJson(line);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`The API server answered what is no JSON: ${quote(text)}`, { cause: error });
  }
}
