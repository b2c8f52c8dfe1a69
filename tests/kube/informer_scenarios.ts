/** What informers must do with a real API server, and with connections that break. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ConfigMap } from "kubernetes-types/core/v1";
import type { KubeClient } from "../../src/kube/client.ts";
import { ApiError, isAlreadyExists, isGone, isNotFound } from "../../src/kube/errors.ts";
import { type Informer, SharedInformers } from "../../src/kube/informer.ts";
import { keyOf } from "../../src/kube/objects.ts";
import { listAll, pagesOf } from "../../src/kube/pager.ts";
import type { AuditLine } from "../rig/cluster/api_server.ts";
import { CONFIG_MAPS, type Stored } from "../rig/cluster/resources.ts";
import { Wire } from "../rig/cluster/wire.ts";
import { inNamespace, NAMESPACE, type Scenario, type Stage, until } from "./stage.ts";

const PORT = 6443;
const STEPS = 300;
const IDLE_MS = 1500;

/** A handler's copy of what an informer has, by what it was called with. */
function copyOf(informer: Informer<Stored<ConfigMap>>): Map<string, string> {
  const copy = new Map<string, string>();
  informer.addHandler({
    onAdd: ({ metadata }) => {
      assert(!copy.has(keyOf(metadata)), `${metadata.name} was added twice`);
      copy.set(keyOf(metadata), metadata.resourceVersion);
    },
    onUpdate: ({ metadata }, old) => {
      assertEquals(copy.get(keyOf(metadata)), old.metadata.resourceVersion);
      copy.set(keyOf(metadata), metadata.resourceVersion);
    },
    onDelete: ({ metadata }) => {
      assertEquals(copy.get(keyOf(metadata)), metadata.resourceVersion);
      copy.delete(keyOf(metadata));
    },
  });
  return copy;
}

interface Running {
  readonly informers: SharedInformers;
  /** Ends it. */
  readonly stop: () => Promise<void>;
}

/** Runs what `prepare` asks for. */
function run(
  client: KubeClient,
  { logger }: Stage,
  prepare: (informers: SharedInformers) => void,
  idleMs?: number,
): Running {
  const informers = new SharedInformers(client, logger, idleMs === undefined ? {} : { idleMs });
  prepare(informers);
  const controller = new AbortController();
  const running = informers.run(controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort();
    await running;
  };
  return { informers, stop };
}

/** Lists and watches that were answered, of a client. */
async function requests({ api }: Stage, userAgent: string, verb: "list" | "watch"): Promise<AuditLine[]> {
  return (await api.audited(userAgent)).filter((line) => line.verb === verb);
}

/** Small changes of a few objects, as a seed says. */
function* randomSteps(seed: number): Generator<{ name: string; colour: string; isDelete: boolean }> {
  let state = seed;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let step = 0; step < STEPS; step++) {
    yield { name: `churn-${next(12)}`, colour: `c${next(4)}`, isDelete: next(3) === 0 };
  }
}

async function apply(
  client: KubeClient,
  { name, colour, isDelete }: { name: string; colour: string; isDelete: boolean },
  signal: AbortSignal,
): Promise<void> {
  const labels = { of: "churn", colour };
  try {
    if (isDelete) await client.delete(CONFIG_MAPS, { namespace: NAMESPACE, name }, signal);
    else await client.create(CONFIG_MAPS, inNamespace(name, {}, labels), signal);
  } catch (error) {
    if (isAlreadyExists(error)) {
      const patch = { metadata: { labels: { colour } } };
      await client.mergePatch(CONFIG_MAPS, { namespace: NAMESPACE, name }, patch, signal);
    } else if (!isNotFound(error)) throw error;
  }
}

/** Whether a store and its index are what the server lists now. */
async function isUpToDate(
  { client, signal }: Stage,
  { store }: Informer<Stored<ConfigMap>>,
  labelSelector: string,
): Promise<boolean> {
  const { items } = await listAll(client, CONFIG_MAPS, { namespace: NAMESPACE, labelSelector }, signal);
  const line = ({ metadata }: Stored<ConfigMap>): string =>
    `${metadata.name} ${metadata.resourceVersion} ${metadata.labels?.["colour"]}`;
  const listed = items.map(line).sort();
  const stored = [...store.values()].map(line).sort();
  const indexed = [...store.indexValues("colour")]
    .flatMap((colour) =>
      store.byIndex("colour", colour).map(line).filter((text) => text.endsWith(` ${colour}`))
    )
    .sort();
  return listed.join() === stored.join() && listed.join() === indexed.join();
}

const colourOf = ({ metadata }: Stored<ConfigMap>): string[] => [metadata.labels?.["colour"] ?? "none"];
const CHURN = { namespace: NAMESPACE, labelSelector: "of=churn" };

export const INFORMER_SCENARIOS: readonly Scenario[] = [
  {
    name: "two consumers of one selection share a list and a watch",
    run: async (stage) => {
      using client = stage.api.kubeClient("sharing");
      const seen: Informer<Stored<ConfigMap>>[] = [];
      const options = { resource: CONFIG_MAPS, namespace: NAMESPACE, labelSelector: "of=pages", limit: 10 };
      const { stop } = run(client, stage, (informers) => {
        seen.push(informers.informer(options), informers.informer({ ...options, metadataOnly: true }));
        seen.push(informers.informer({ ...options, labelSelector: "of=none" }));
      });
      await Promise.all(seen.map(({ synced }) => synced));
      assertEquals(seen.map(({ store }) => store.size), [25, 25, 0]);
      await stop();
      await until("see the watches end", async () => {
        return (await requests(stage, "sharing", "watch")).length === 2 ? true : null;
      });
      const of = (lines: readonly AuditLine[], selector: string): number =>
        lines.filter(({ requestURI }) => requestURI.includes(encodeURIComponent(selector))).length;
      const [lists, watches] = [
        await requests(stage, "sharing", "list"),
        await requests(stage, "sharing", "watch"),
      ];
      assertEquals([of(lists, "of=pages"), of(watches, "of=pages")], [3, 1]);
      assertEquals([of(lists, "of=none"), of(watches, "of=none")], [1, 1]);
    },
  },
  {
    name: "whatever changes, and however often connections break, a store equals a fresh list",
    run: async (stage) => {
      const { api, client, signal } = stage;
      await using wire = new Wire(PORT);
      using watching = api.kubeClient("churn", wire.port);
      const seen: Informer<Stored<ConfigMap>>[] = [];
      const { stop } = run(watching, stage, (informers) => {
        seen.push(informers.informer({ resource: CONFIG_MAPS, ...CHURN }));
      });
      const [informer] = seen;
      assert(informer !== undefined);
      informer.addIndex("colour", colourOf);
      const copy = copyOf(informer);
      await informer.synced;
      let step = 0;
      for (const change of randomSteps(7)) {
        await apply(client, change, signal);
        if (step++ % 60 === 59) wire.cut();
      }
      await until("see the last change", async () => {
        return await isUpToDate(stage, informer, CHURN.labelSelector) ? true : null;
      });
      const stored = [...informer.store.values()].map((
        { metadata },
      ) => [keyOf(metadata), metadata.resourceVersion]);
      assertEquals([...copy].sort(), stored.sort());
      await stop();
      await until("see the watches end", async () => {
        return (await requests(stage, "churn", "watch")).length >= 3 ? true : null;
      });
      // Each watch went on where the one before was cut.
      assertEquals((await requests(stage, "churn", "list")).length, 1);
    },
  },
  {
    name: "a connection that is dead without having ended is noticed",
    run: async (stage) => {
      const { api, client, signal, lines } = stage;
      await using wire = new Wire(PORT);
      using watching = api.kubeClient("frozen", wire.port);
      const seen: Informer<Stored<ConfigMap>>[] = [];
      const { stop } = run(watching, stage, (informers) => {
        seen.push(informers.informer({ resource: CONFIG_MAPS, ...CHURN }));
      }, IDLE_MS);
      const [informer] = seen;
      assert(informer !== undefined);
      await informer.synced;
      const from = lines.length;
      await apply(client, { name: "churn-0", colour: "before", isDelete: false }, signal);
      await until("see the change before", () => has(informer, "before"));
      wire.freeze();
      await apply(client, { name: "churn-0", colour: "after", isDelete: false }, signal);
      await until("see the change after", () => has(informer, "after"));
      await stop();
      const said = lines.slice(from).map(({ message }) => message);
      assert(said.includes("watching again: nothing came for too long"), said.join());
      assertEquals((await requests(stage, "frozen", "list")).length, 1);
    },
  },
  {
    name:
      "a watch that is too far behind lists again, and what went meanwhile is deleted; a list whose next page is forgotten begins again",
    run: async (stage) => {
      const { api, client, signal, lines } = stage;
      await using wire = new Wire(PORT);
      using watching = api.kubeClient("behind", wire.port);
      const seen: Informer<Stored<ConfigMap>>[] = [];
      const { stop } = run(watching, stage, (informers) => {
        seen.push(informers.informer({ resource: CONFIG_MAPS, ...CHURN, limit: 5 }));
      });
      const [informer] = seen;
      assert(informer !== undefined);
      informer.addIndex("colour", colourOf);
      await apply(client, { name: "churn-1", colour: "old", isDelete: false }, signal);
      const copy = copyOf(informer);
      await informer.synced;
      await until("see the last change", () => has(informer, "old"));
      wire.unplug();
      const from = lines.length;
      await apply(client, { name: "churn-1", colour: "old", isDelete: true }, signal);
      await apply(client, { name: "churn-2", colour: "new", isDelete: false }, signal);
      const paged = { namespace: NAMESPACE, labelSelector: "of=pages", limit: 10 };
      const pages = pagesOf(client, CONFIG_MAPS, paged, signal);
      assertEquals((await pages.next()).done, false);
      await apply(client, { name: "paged-20", colour: "new", isDelete: true }, signal);
      await api.kill();
      await api.restart(); // whose memory begins now
      await api.compact();
      assert(isGone(await assertRejects(() => pages.next(), ApiError)), "the page was not forgotten");
      assertEquals((await listAll(client, CONFIG_MAPS, paged, signal)).items.length, 24);
      wire.plugIn();
      await until("see the new change", () => has(informer, "new"));
      assertEquals([informer.store.get("default/churn-1"), copy.has("default/churn-1")], [undefined, false]);
      assert(await isUpToDate(stage, informer, CHURN.labelSelector), "the store is not what is listed");
      await stop();
      const said = lines.slice(from).map(({ message }) => message);
      assert(said.includes("listing again: the watch is too far behind"), said.join());
    },
  },
];

function has({ store }: Informer<Stored<ConfigMap>>, colour: string): true | null {
  return [...store.values()].some((object) => colourOf(object)[0] === colour) ? true : null;
}
