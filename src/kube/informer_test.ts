import { assertEquals, assertGreater } from "@std/assert";
import { recordingLogger } from "../../tests/rig/recording_logger.ts";
import { KubeClient } from "./client.ts";
import { Follower } from "./informer.ts";
import type { ApiServer } from "./api_server.ts";

/** What a server was asked for: the path's query. */
type Asked = Readonly<Record<string, string>>;

/** A server that answers from a script, request by request, and then hangs up. */
function scripted(answers: readonly (Response | ((asked: Asked) => Response))[]): {
  server: Deno.HttpServer<Deno.NetAddr>;
  client: KubeClient;
  asked: Asked[];
} {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const query = Object.fromEntries(new URL(request.url).searchParams);
    asked.push(query);
    const answer = answers[asked.length - 1] ?? new Response(null, { status: 503 });
    return typeof answer === "function" ? answer(query) : answer;
  });
  const at: ApiServer = {
    url: `http://127.0.0.1:${server.addr.port}`,
    readCa: () => "",
    readToken: () => "token",
    certificate: null,
  };
  return { server, client: new KubeClient(at), asked };
}

const pod = (name: string, version: string): object => ({
  metadata: { name, uid: name, resourceVersion: version },
});
const list = (version: string, ...names: string[]): Response =>
  Response.json({ metadata: { resourceVersion: version }, items: names.map((name) => pod(name, version)) });
const events = (...lines: unknown[]): Response =>
  new Response(lines.map((line) => typeof line === "string" ? line : `${JSON.stringify(line)}\n`).join(""));

/** Follows a scripted server until it has been asked that often. @returns what the listener was told, and the log's messages */
async function followed(
  answers: readonly Response[],
): Promise<{ told: string[]; asked: Asked[]; logged: string[] }> {
  const { server, client, asked } = scripted(answers);
  const stop = new AbortController();
  const { logger, lines } = recordingLogger();
  const told: string[] = [];
  const follower = new Follower(client, {
    what: "pods",
    path: "/api/v1/pods",
    fieldSelector: "spec.nodeName=n",
    keep: () => true,
    onList: (objects) => told.push(`list ${objects.map(({ name }) => name).join()}`),
    onChange: ({ name }) => told.push(`change ${name}`),
    onDelete: ({ name }) => told.push(`delete ${name}`),
  }, logger);
  const running = follower.run(stop.signal);
  while (asked.length <= answers.length) await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  await running;
  client[Symbol.dispose]();
  await server.shutdown();
  return {
    told,
    asked: asked.slice(0, answers.length),
    logged: lines.map(({ level, message }) => `${level} ${message}`),
  };
}

Deno.test("a watch begins at the list's version, goes on at the last event's, and asks for its node alone", async () => {
  const { told, asked } = await followed([
    list("5", "a", "b"),
    events(
      { type: "MODIFIED", object: pod("a", "7") },
      { type: "DELETED", object: pod("b", "8") },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "11" } } },
    ),
    events({ type: "ADDED", object: pod("c", "12") }, '{"type":"MODIFIED","obj'),
  ]);
  assertEquals(told, ["list a,b", "change a", "delete b", "change c"]);
  assertEquals(asked.map(({ resourceVersion }) => resourceVersion), ["0", "5", "11"]);
  assertEquals(asked.map(({ fieldSelector }) => fieldSelector), Array(3).fill("spec.nodeName=n"));
  assertEquals(asked.map(({ watch }) => watch), [undefined, "true", "true"]);
  for (const { timeoutSeconds } of asked.slice(1)) assertGreater(Number(timeoutSeconds), 60);
});

for (
  const [how, gone] of [
    ["as an answer", () => Response.json({ kind: "Status", message: "too old", code: 410 }, { status: 410 })],
    [
      "in the stream",
      () => events({ type: "ERROR", object: { kind: "Status", message: "too old", code: 410 } }),
    ],
  ] as const
) {
  Deno.test(`410 ${how} brings a new list, and not from the server's cache`, async () => {
    const { told, asked, logged } = await followed([list("5", "a"), gone(), list("9", "b"), events()]);
    assertEquals(told, ["list a", "list b"]);
    assertEquals(asked.map(({ resourceVersion }) => resourceVersion), ["0", "5", undefined, "9"]);
    assertEquals(logged.filter((line) => line.startsWith("info listing again")).length, 1);
  });
}

Deno.test("whatever else a server answers is trouble that is told once, and tried again where it was", async () => {
  const { told, asked, logged } = await followed([
    Response.json({ items: [{}] }),
    list("5", "a"),
    Response.redirect("http://127.0.0.1:1/"),
    events("no JSON\n"),
    events({ type: "WHAT" }),
    events({ type: "ADDED", object: pod("b", "6") }),
  ]);
  assertEquals(told, ["list a", "change b"]);
  assertEquals(asked.slice(1).map(({ resourceVersion }) => resourceVersion), ["0", "5", "5", "5", "5"]);
  assertEquals(logged.filter((line) => !line.startsWith("debug ")).slice(0, 3), [
    "warn cannot watch, tried again",
    "info listed",
    "info watching again",
  ]);
});
