/** The agent's HTTP server: /healthz, /readyz, and the routes of the products. Read only. */
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

/** Where to listen, and what to report. */
export interface ServeOptions {
  /** `HOST:PORT`, the host in brackets if it is IPv6; port 0 stands for any free port. */
  readonly address: string;
  /** Why the agent is not ready, one reason per line; empty if it is ready. */
  readonly missing: () => readonly string[];
  readonly logger: Logger;
}

/** Where an agent listens by default. @param port The port of its product. */
export function defaultAddress(port: number): string {
  return `127.0.0.1:${port}`;
}

/** How long requests may take to end when the agent stops. */
const SHUTDOWN_MS = 300;

/** An address that cannot be parsed. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

/** A running server. Disposing of it stops it, and ends the requests that it is answering. */
export class AgentServer implements AsyncDisposable {
  /** The `HOST:PORT` on which it listens. */
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
    const timer = setTimeout(resolve, SHUTDOWN_MS);
    await Promise.race([this.#server.shutdown(), promise]);
    clearTimeout(timer);
  }
}

/**
 * Starts the server.
 *
 * @param routes What to answer besides /healthz (the process runs) and /readyz (nothing is missing).
 * @throws {AddressError} If the address cannot be parsed.
 * @throws {Error} If the server cannot listen on it.
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
    // A foreign page in a browser on this machine may resolve a name of its own to 127.0.0.1 (DNS rebinding).
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
      onListen: () => {}, // by default Deno prints the address to stdout
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

/** Splits `HOST:PORT`. @throws {AddressError} If it is malformed. */
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
