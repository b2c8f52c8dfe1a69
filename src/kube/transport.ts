/** HTTP to one API server: its authority, how to be known to it, and how long an answer may take. */
import { readText } from "./body.ts";
import type { ApiServer } from "./api_server.ts";
import { refusal } from "./errors.ts";

const MAX_ERROR_CHARS = 64 * 1024;

/** A request. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** For example `/api/v1/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly object: unknown };
}

/** Sends requests to one API server. Disposing of it closes its connections. */
export class Transport implements Disposable {
  readonly #server: ApiServer;
  readonly #userAgent: string;
  #http: Deno.HttpClient | null = null;
  #ca = "";

  /** @param userAgent What the API server's log calls this client. */
  constructor(server: ApiServer, userAgent: string) {
    trustOnlyGivenAuthorities();
    this.#server = server;
    this.#userAgent = userAgent;
  }

  /** The API server's URL, for messages. */
  get url(): string {
    return this.#server.url;
  }

  /**
   * Sends a request.
   *
   * @param signal Ends the request, and the reading of its answer.
   * @throws {ApiError} If the server refuses.
   * @throws {Error} If it cannot be reached.
   */
  async send({ method, path, query = {}, accept, body }: ApiRequest, signal: AbortSignal): Promise<Response> {
    const token = this.#server.readToken();
    const parameters = new URLSearchParams(query).toString();
    const response = await fetch(`${this.#server.url}${path}${parameters === "" ? "" : `?${parameters}`}`, {
      method,
      client: this.#connections(),
      signal,
      redirect: "error",
      headers: {
        "accept": accept ?? "application/json",
        "user-agent": this.#userAgent,
        ...token === null ? {} : { authorization: `Bearer ${token}` },
        ...body === undefined ? {} : { "content-type": body.type },
      },
      ...body === undefined ? {} : { body: JSON.stringify(body.object) },
    });
    if (response.ok) return response;
    const text = await readText(response.body, MAX_ERROR_CHARS, signal).catch(() => "");
    throw refusal(`${method} ${path}`, response, text);
  }

  /**
   * A deadline for a request. Once it is missed, new requests use new connections: those that are open may be
   * dead, too.
   */
  deadline(stop: AbortSignal, ms: number, what: string): Deadline {
    return new Deadline(stop, ms, what, () => this[Symbol.dispose]());
  }

  [Symbol.dispose](): void {
    this.#http?.close();
    this.#http = null;
  }

  /** Connections that trust the current authority: it rotates, as tokens do. */
  #connections(): Deno.HttpClient {
    const ca = this.#server.readCa();
    if (this.#http !== null && ca === this.#ca) return this.#http;
    const { certificate } = this.#server;
    // Each watch has a connection of its own: one that hangs delays no other request.
    const http = Deno.createHttpClient({ caCerts: [ca], http1: true, http2: false, ...certificate ?? {} });
    this.#http?.close();
    this.#http = http;
    this.#ca = ca;
    return http;
  }
}

/** A request was not answered in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** An answer that had begun brought nothing for too long: its connection may be dead. */
export class IdleError extends Error {
  override readonly name = "IdleError";
}

/** Aborts its signal when the caller's is aborted, or when its time is over. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #undo = new DisposableStack();
  readonly #what: string;
  readonly #onMissed: () => void;
  #timer = 0;

  /**
   * @param stop The caller's.
   * @param what For the error, for example `GET /api/v1/pods`.
   * @param onMissed Called when the time is over.
   */
  constructor(stop: AbortSignal, ms: number, what: string, onMissed: () => void) {
    this.#what = what;
    this.#onMissed = onMissed;
    const abort = (): void => this.#controller.abort(stop.reason);
    // The caller's signal may live as long as the process: it must not gather listeners.
    stop.addEventListener("abort", abort);
    this.#undo.defer(() => stop.removeEventListener("abort", abort));
    this.#undo.defer(() => clearTimeout(this.#timer));
    this.#abortAfter(ms, new TimeoutError(`${what}: not answered within ${ms / 1000} s`));
    if (stop.aborted) abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The answer has begun, or goes on: starts the time again. */
  extend(ms: number): void {
    this.#abortAfter(ms, new IdleError(`${this.#what}: nothing came for ${ms / 1000} s`));
  }

  #abortAfter(ms: number, error: Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#onMissed();
      this.#controller.abort(error);
    }, ms);
  }

  [Symbol.dispose](): void {
    this.#undo.dispose();
  }
}

/**
 * Deno adds the given authorities to a store of its own, which it fills at first use from what this variable
 * names. Only the cluster's own authority may vouch for its API server.
 */
function trustOnlyGivenAuthorities(): void {
  Deno.env.set("DENO_TLS_CA_STORE", "");
}
