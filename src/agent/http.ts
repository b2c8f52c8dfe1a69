/**
 * The agent's HTTP server: /healthz, /readyz, and whatever routes the rest of the house mounts. It only
 * answers questions.
 */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { quote } from "../base/log/quote.ts";

/**
 * Answers one path.
 *
 * @param request GET or HEAD; its `signal` is aborted when the client goes away.
 * @param stop Aborted when the agent ends: a stream must end then.
 */
export type Handler = (request: Request, stop: AbortSignal) => Response | Promise<Response>;

/** Handlers by their whole path, for example `/metrics`. */
export type Routes = Readonly<Record<string, Handler>>;

/** Where to listen, and what to tell. */
export interface ServeOptions {
  /** `HOST:PORT`, the host in brackets if it is IPv6; port 0 takes any. */
  readonly address: string;
  /** Why the agent is not ready, in lines; empty: it is. */
  readonly missing: () => readonly string[];
  readonly logger: Logger;
}

/** Where an agent listens unless it is told otherwise. @param port Its product's. */
export function defaultAddress(port: number): string {
  return `127.0.0.1:${port}`;
}

/** How long, in milliseconds, requests may take to end once the agent was told to stop. */
const PATIENCE = 300;

/** An address that cannot be read. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

/** A server that runs. Disposing of it ends it, and the requests that it is answering. */
export class AgentServer implements AsyncDisposable {
  /** `HOST:PORT`, as it listens. */
  readonly address: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop: AbortController;

  /** Made by {@linkcode serve}. */
  constructor(server: Deno.HttpServer<Deno.NetAddr>, stop: AbortController) {
    const { hostname, port } = server.addr;
    this.address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
    this.#server = server;
    this.#stop = stop;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE);
    await Promise.race([this.#server.shutdown(), promise]);
    clearTimeout(timer);
  }
}

/**
 * Serves.
 *
 * @param routes What to answer besides /healthz (the process runs) and /readyz (it does what it is there
 * for).
 * @param options Where, and what to tell.
 * @returns The server's owner.
 * @throws {AddressError} If the address cannot be read.
 * @throws {Error} If nobody can listen there.
 */
export function serve(routes: Routes, { address, missing, logger }: ServeOptions): AgentServer {
  const { hostname, port } = parseAddress(address);
  const stop = new AbortController();
  const all = new Map<string, Handler>(Object.entries({
    "/healthz": () => text(200, "ok"),
    "/readyz": () => missing().length === 0 ? text(200, "ok") : text(503, missing().join("\n")),
    ...routes,
  }));
  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    // A page of somebody else's in a browser of this machine may point a name of its own at 127.0.0.1.
    if (isLoopback(hostname) && !isLoopback(url.hostname)) return text(421, "not a name of this machine");
    const handler = all.get(url.pathname);
    if (handler === undefined) return text(404, "not found");
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "read only", { allow: "GET, HEAD" });
    }
    return await handler(request, stop.signal);
  };
  try {
    const server = Deno.serve({
      hostname,
      port,
      onListen: () => {}, // Deno says it on stdout
      onError: (error) => {
        logger.error("request failed", { error: describeError(error) });
        return text(500, "internal error: see the agent's log");
      },
    }, answer);
    return new AgentServer(server, stop);
  } catch (error) {
    throw new Error(`Cannot listen at ${quote(address)}: ${describeError(error)}`, { cause: error });
  }
}

/** Takes `HOST:PORT` apart. @throws {AddressError} If it is none. */
function parseAddress(address: string): { hostname: string; port: number } {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9_.-]+)):([0-9]{1,5})$/.exec(address);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65535) {
    throw new AddressError(
      `Bad address ${quote(address)}: it must be HOST:PORT, for example ${defaultAddress(8080)}`,
    );
  }
  return { hostname: parts[1] ?? parts[2] ?? "", port };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname === "[::1]" ||
    /^127(\.[0-9]{1,3}){3}$/.test(hostname);
}

/** A short answer in plain text. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${body}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      ...headers,
    },
  });
}
