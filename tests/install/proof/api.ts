/**
 * The API server, as far as natra asks it for its own DaemonSet. It imitates one: the lists of pods and
 * namespaces are empty, and a watch reports nothing.
 */
import { run } from "../../rig/run.ts";

/** What it says of the DaemonSet. */
export type Answer = "there" | "deleting" | "gone" | "denied";

/** What a pod finds of its service account. */
const ACCOUNT_FILES = { token: "a-token", namespace: "kube-system" };
const DAEMONSET = "/apis/apps/v1/namespaces/kube-system/daemonsets/natra";

/** A running imitation. Disposing of it ends it. */
export class Api implements AsyncDisposable {
  answer: Answer = "there";
  /** How often it was asked for the DaemonSet. */
  asked = 0;

  private constructor(readonly server: Deno.HttpServer<Deno.NetAddr>, readonly account: string) {}

  /**
   * Starts it on loopback.
   *
   * @param account a directory for the service account's files
   */
  static async start(account: string): Promise<Api> {
    await Deno.mkdir(account, { recursive: true });
    const [key, cert] = [`${account}/../api.key`, `${account}/ca.crt`];
    await run([
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=kubernetes"],
      ...["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"],
    ]);
    for (const [name, text] of Object.entries(ACCOUNT_FILES)) {
      await Deno.writeTextFile(`${account}/${name}`, text);
    }
    const handler = { handle: (_request: Request): Response => new Response(null, { status: 503 }) };
    const server = Deno.serve({
      hostname: "127.0.0.1",
      port: 0,
      key: await Deno.readTextFile(key),
      cert: await Deno.readTextFile(cert),
      onListen: () => {},
    }, (request) => handler.handle(request));
    const api = new Api(server, account);
    handler.handle = (request) => api.#handle(request);
    return api;
  }

  /** Where it listens. */
  get port(): number {
    return this.server.addr.port;
  }

  #handle(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    if (this.answer === "denied") return status(401, "Unauthorized");
    if (pathname === DAEMONSET) {
      this.asked++;
      if (this.answer === "gone") return status(404, "NotFound");
      const deletionTimestamp = this.answer === "deleting"
        ? { deletionTimestamp: new Date().toISOString() }
        : {};
      const metadata = { name: "natra", namespace: "kube-system", uid: "u", ...deletionTimestamp };
      return Response.json({ apiVersion: "apps/v1", kind: "DaemonSet", metadata });
    }
    if (!searchParams.has("watch")) {
      return Response.json({ kind: "List", apiVersion: "v1", metadata: { resourceVersion: "1" }, items: [] });
    }
    // A watch in which nothing happens; it ends with the request or the server.
    return new Response(new ReadableStream({ start: () => {} }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, 300); // a watch does not end by itself
    await Promise.race([this.server.shutdown(), promise]);
    clearTimeout(timer);
  }
}

function status(code: number, reason: string): Response {
  return Response.json({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason }, {
    status: code,
  });
}
