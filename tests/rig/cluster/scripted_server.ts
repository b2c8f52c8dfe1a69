/** An HTTP server that gives the answers of a script: those that a real API server cannot be made to give. */
import type { ApiServer } from "../../../src/kube/api_server.ts";
import { KubeClient } from "../../../src/kube/client.ts";

/** What a server was asked. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Headers;
  readonly body: string;
}

/** An answer, or what makes one when it is asked for. */
type Answer = Response | (() => Response);

/** Gives its answers one after another, then 503. Disposing of it ends it and its client. */
export class ScriptedServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly client: KubeClient;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #stop = new AbortController();

  constructor(answers: readonly Answer[]) {
    const { signal } = this.#stop;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal },
      async (request) => {
        const { pathname, searchParams } = new URL(request.url);
        const { method, headers } = request;
        const answer = answers[this.asked.length] ?? new Response(null, { status: 503 });
        const asked = { method, path: pathname, query: Object.fromEntries(searchParams), headers };
        const at = this.asked.push({ ...asked, body: "" }) - 1;
        this.asked[at] = { ...asked, body: await request.text() };
        return typeof answer === "function" ? answer() : answer;
      },
    );
    const server: ApiServer = {
      url: `http://127.0.0.1:${this.#server.addr.port}`,
      readCa: () => "",
      readToken: () => "token",
      certificate: null,
    };
    this.client = new KubeClient(server, { userAgent: "test" });
  }

  /** Waits until it was asked this often. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    this.#stop.abort();
    await this.#server.finished;
  }
}

/** An object as an API server gives it. */
export function object(name: string, resourceVersion: string, more: object = {}): object {
  return { metadata: { name, uid: name, resourceVersion, ...more } };
}

/** A list, or a page of one. */
export function list(version: string, names: readonly string[], next = ""): Response {
  const metadata = { resourceVersion: version, continue: next };
  return Response.json({ metadata, items: names.map((name) => object(name, version)) });
}

/** A watch; a text stands as it is. */
export function events(...lines: readonly unknown[]): Response {
  return new Response(
    lines.map((line) => typeof line === "string" ? line : `${JSON.stringify(line)}\n`).join(""),
  );
}

/** A refusal, as kube-apiserver words it. */
export function refusal(
  code: number,
  reason: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ kind: "Status", message: `it is ${reason}`, reason, code }, {
    status: code,
    headers,
  });
}
