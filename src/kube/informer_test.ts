import { assertEquals, assertGreater } from "@std/assert";
import { recordingLogger } from "../../tests/rig/recording_logger.ts";
import {
  type Asked,
  events,
  list,
  object,
  refusal,
  ScriptedServer,
} from "../../tests/rig/cluster/scripted_server.ts";
import { type Informer, type InformerOptions, SharedInformers } from "./informer.ts";
import { decodeMeta, type KubeObject } from "./objects.ts";
import { PODS, type Resource } from "./resource.ts";

const RESOURCE: Resource<KubeObject> = { ...PODS, decode: decodeMeta };

/** Notes what the informer's handlers are called with. */
function note(informer: Informer<KubeObject>, seen: string[]): void {
  informer.addHandler({
    onAdd: ({ metadata }) => seen.push(`add ${metadata.name}`),
    onUpdate: ({ metadata }, old) => seen.push(`update ${metadata.name} ${old.metadata.resourceVersion}`),
    onDelete: ({ metadata }) => seen.push(`delete ${metadata.name}`),
  });
}

interface Followed {
  readonly seen: readonly string[];
  readonly asked: readonly Asked[];
  readonly logged: readonly string[];
}

/** Follows a scripted server until it was asked for one more than its answers. */
async function followed(
  answers: readonly Response[],
  more: Partial<InformerOptions<KubeObject>> = {},
  idleMs?: number,
): Promise<Followed> {
  await using server = new ScriptedServer(answers);
  const stop = new AbortController();
  const { logger, lines } = recordingLogger();
  const informers = new SharedInformers(server.client, logger, idleMs === undefined ? {} : { idleMs });
  const seen: string[] = [];
  note(informers.informer({ resource: RESOURCE, ...more }), seen);
  const running = informers.run(stop.signal);
  await server.untilAsked(answers.length + 1);
  stop.abort();
  await running;
  const logged = lines.map(({ level, message }) => `${level} ${message}`);
  return { seen, asked: server.asked.slice(0, answers.length), logged };
}

const versions = (asked: readonly Asked[]): (string | undefined)[] =>
  asked.map(({ query }) => query["resourceVersion"]);

Deno.test("a watch begins at the list's version, goes on at the last event's, and has the selectors", async () => {
  const { seen, asked } = await followed([
    list("5", ["a", "b"]),
    events(
      { type: "MODIFIED", object: object("a", "7") },
      { type: "DELETED", object: object("b", "8") },
      { type: "BOOKMARK", object: { metadata: { resourceVersion: "11" } } },
    ),
    events({ type: "ADDED", object: object("c", "12") }, '{"type":"MODIFIED","obj'),
  ], { fieldSelector: "spec.nodeName=n", labelSelector: "app" });
  assertEquals(seen, ["add a", "add b", "update a 5", "delete b", "add c"]);
  assertEquals(versions(asked), ["0", "5", "11"]);
  for (const { query } of asked) {
    assertEquals([query["fieldSelector"], query["labelSelector"]], ["spec.nodeName=n", "app"]);
  }
  assertEquals(asked.map(({ query }) => query["watch"]), [undefined, "true", "true"]);
  for (const { query } of asked.slice(1)) assertGreater(Number(query["timeoutSeconds"]), 60);
});

const GONE = { kind: "Status", message: "too old", code: 410 };
for (
  const [how, gone] of [
    ["as an answer", () => refusal(410, "Expired")],
    ["in the stream", () => events({ type: "ERROR", object: GONE })],
  ] as const
) {
  Deno.test(`410 ${how} brings a new list that is not from the server's memory`, async () => {
    const { seen, asked, logged } = await followed([list("5", ["a"]), gone(), list("9", ["b"]), events()]);
    assertEquals(seen, ["add a", "delete a", "add b"]);
    assertEquals(versions(asked), ["0", "5", undefined, "9"]);
    assertEquals(logged.filter((line) => line.startsWith("info listing again")).length, 1);
  });
}

Deno.test("a list by pages is asked for page by page, and counts once it is whole", async () => {
  const { seen, asked } = await followed([
    list("5", ["a", "b"], "next"),
    refusal(410, "Expired"),
    list("7", ["b"], "more"),
    list("7", ["c"]),
    events(),
  ], { limit: 2 });
  assertEquals(seen, ["add b", "add c"]);
  assertEquals(asked.map(({ query }) => query["limit"]), ["2", "2", "2", "2", undefined]);
  assertEquals(asked.map(({ query }) => query["continue"]), [
    undefined,
    "next",
    undefined,
    "more",
    undefined,
  ]);
  assertEquals(versions(asked), [undefined, undefined, undefined, undefined, "7"]);
});

Deno.test("other answers are trouble that is logged once, and the watch goes on where it was", async () => {
  const { seen, asked, logged } = await followed([
    Response.json({ items: [{}] }),
    list("5", ["a"]),
    Response.redirect("http://127.0.0.1:1/"),
    events("no JSON\n"),
    events({ type: "WHAT" }),
    events({ type: "ADDED", object: object("b", "6") }),
  ]);
  assertEquals(seen, ["add a", "add b"]);
  assertEquals(versions(asked.slice(1)), ["0", "5", "5", "5", "5"]);
  assertEquals(logged.filter((line) => !line.startsWith("debug ")).slice(0, 3), [
    "warn cannot watch, tried again",
    "info listed",
    "info watching again",
  ]);
});

Deno.test("a watch in which nothing comes is taken for dead, and goes on where it was", async () => {
  const silent = new ReadableStream<Uint8Array>({
    start: (out) => {
      out.enqueue(
        new TextEncoder().encode(`${JSON.stringify({ type: "ADDED", object: object("b", "6") })}\n`),
      );
    },
  });
  const answers = [
    list("5", ["a"]),
    new Response(silent),
    events({ type: "ADDED", object: object("c", "7") }),
  ];
  const { seen, asked, logged } = await followed(answers, {}, 200);
  assertEquals(seen, ["add a", "add b", "add c"]);
  assertEquals(versions(asked), ["0", "5", "6"]);
  assertEquals(logged.filter((line) => line.includes("nothing came")).length, 1);
});

Deno.test("informers of one selection share a list and a watch, and each keeps what it picks", async () => {
  await using server = new ScriptedServer([
    list("5", ["a"]),
    events({ type: "ADDED", object: object("b", "6") }),
  ]);
  const { logger } = recordingLogger();
  const informers = new SharedInformers(server.client, logger);
  const one = informers.informer({ resource: RESOURCE, metadataOnly: true });
  const failing: Resource<KubeObject> = { ...PODS, decode: decodeMeta };
  const two = informers.informer({ resource: failing });
  one.addHandler({
    onAdd: () => {
      throw new Error("a handler that fails hinders no other");
    },
  });
  const seen: string[] = [];
  note(two, seen);
  const stop = new AbortController();
  const running = informers.run(stop.signal);
  await Promise.all([one.synced, two.synced]);
  await server.untilAsked(3);
  stop.abort();
  await running;
  assertEquals(seen, ["add a", "add b"]);
  assertEquals([one.store.size, two.store.size], [2, 2]);
  assertEquals(server.asked.slice(0, 2).map(({ query }) => query["watch"]), [undefined, "true"]);
  // Two wants whole objects.
  assertEquals(server.asked.slice(0, 2).map(({ headers }) => headers.get("accept")), [
    "application/json",
    "application/json",
  ]);
});

Deno.test("an informer that comes later is listed for, and the others see what changed meanwhile", async () => {
  await using server = new ScriptedServer([
    list("5", ["a"]),
    new Response(new ReadableStream()),
    list("6", ["a"]),
    events(),
  ]);
  const informers = new SharedInformers(server.client, recordingLogger().logger);
  const early: string[] = [];
  const late: string[] = [];
  const first = informers.informer({ resource: RESOURCE, metadataOnly: true });
  note(first, early);
  const stop = new AbortController();
  const running = informers.run(stop.signal);
  await first.synced;
  await server.untilAsked(2);
  const second = informers.informer({ resource: RESOURCE });
  note(second, late);
  await second.synced;
  stop.abort();
  await running;
  assertEquals([early, late], [["add a", "update a 5"], ["add a"]]);
  assertEquals(versions(server.asked.slice(0, 3)), ["0", "5", "5"]);
});

Deno.test("an object that cannot be decoded fails the list, with its reason", async () => {
  await using server = new ScriptedServer([
    Response.json({ metadata: { resourceVersion: "1" }, items: [{ metadata: 1 }] }),
  ]);
  const { logger, lines } = recordingLogger();
  const informers = new SharedInformers(server.client, logger);
  const informer = informers.informer({ resource: RESOURCE });
  const stop = new AbortController();
  const running = informers.run(stop.signal);
  await server.untilAsked(2);
  stop.abort();
  await running;
  assertEquals([informer.hasSynced, informer.store.size], [false, 0]);
  assertEquals(
    String(lines[0]?.fields["error"]).startsWith("The API server's answer is not a valid object"),
    true,
  );
});
