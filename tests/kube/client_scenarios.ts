/** What the client must do with a real API server. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ApiError, isAlreadyExists, isConflict, isNotFound } from "../../src/kube/errors.ts";
import { EventRecorder, referenceTo } from "../../src/kube/events.ts";
import { addFinalizer, removeFinalizer } from "../../src/kube/finalizers.ts";
import { listAll, pagesOf } from "../../src/kube/pager.ts";
import { NAMESPACES, scaleOf, statusOf } from "../../src/kube/resource.ts";
import { CONFIG_MAPS, DEPLOYMENTS, EVENTS } from "../rig/cluster/resources.ts";
import { inNamespace, NAMESPACE, type Scenario, until, WIDGETS } from "./stage.ts";

const WRITER = { fieldManager: "writer" };
const OTHER = { fieldManager: "other" };

/** Expects a refusal of a kind. @returns What it says. */
async function refused(ask: () => Promise<unknown>, isKind: (error: unknown) => boolean): Promise<string> {
  const error = await assertRejects(ask, ApiError);
  assert(isKind(error), `${error.status} ${error.reason}: ${error.message}`);
  return error.message;
}

export const CLIENT_SCENARIOS: readonly Scenario[] = [
  {
    name: "a list of several pages is whole, and of one version",
    run: async ({ api, signal }) => {
      using client = api.kubeClient("pager");
      const names = Array.from({ length: 25 }, (_, at) => `paged-${String(at).padStart(2, "0")}`);
      await Promise.all(
        names.map((name) => client.create(CONFIG_MAPS, inNamespace(name, {}, { of: "pages" }), signal)),
      );
      const options = { namespace: NAMESPACE, labelSelector: "of=pages", limit: 10 };
      const pages = await Array.fromAsync(pagesOf(client, CONFIG_MAPS, options, signal));
      assertEquals(pages.map(({ items }) => items.length), [10, 10, 5]);
      assertEquals(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size, 1);
      const { items } = await listAll(client, CONFIG_MAPS, options, signal);
      assertEquals(items.map(({ metadata }) => metadata.name), names);
      const metadata = await listAll(client, CONFIG_MAPS, { ...options, metadataOnly: true }, signal);
      assertEquals(metadata.items.map(({ metadata }) => metadata.name), names);
      const lists = (await api.audited("pager")).filter(({ verb }) => verb === "list");
      assertEquals(lists.length, 9);
      assert(lists.every(({ requestURI }) => requestURI.includes("limit=10")), "a list without a limit");
    },
  },
  {
    name: "create, update, merge patch and delete keep to names, versions and preconditions",
    run: async ({ client, signal }) => {
      const made = await client.create(CONFIG_MAPS, inNamespace("written", { data: { a: "1" } }), signal);
      await refused(() => client.create(CONFIG_MAPS, inNamespace("written", {}), signal), isAlreadyExists);
      const name = { namespace: NAMESPACE, name: "written" };
      const { metadata } = made;
      const updated = await client.update(CONFIG_MAPS, { ...made, data: { b: "2" } }, signal);
      assertEquals(updated.data, { b: "2" });
      await refused(() => client.update(CONFIG_MAPS, { ...made, data: {} }, signal), isConflict);
      const patch = { data: { b: null, c: "3" } };
      const dry = await client.mergePatch(CONFIG_MAPS, name, patch, signal, { dryRun: true });
      assertEquals(dry.data, { c: "3" });
      assertEquals((await client.get(CONFIG_MAPS, name, signal)).data, { b: "2" });
      const patched = await client.mergePatch(CONFIG_MAPS, name, patch, signal);
      assertEquals(patched.data, { c: "3" });
      assertEquals((await client.get(CONFIG_MAPS, name, signal, { metadataOnly: true })).data, undefined);
      const other = { preconditions: { uid: "another" } };
      await refused(() => client.delete(CONFIG_MAPS, name, signal, other), isConflict);
      const stale = { preconditions: { resourceVersion: metadata.resourceVersion } };
      await refused(() => client.delete(CONFIG_MAPS, name, signal, stale), isConflict);
      await client.delete(CONFIG_MAPS, name, signal, { preconditions: { uid: metadata.uid } });
      await refused(() => client.get(CONFIG_MAPS, name, signal), isNotFound);
      await refused(() => client.delete(CONFIG_MAPS, name, signal), isNotFound);
    },
  },
  {
    name:
      "server-side apply: a conflict names the owner, force takes over, and the same again writes nothing",
    run: async ({ client, signal }) => {
      const widget = (spec: object): { metadata: { name: string; namespace: string } } =>
        inNamespace("applied", { spec });
      const first = await client.apply(WIDGETS, widget({ replicas: 1, colour: "red" }), WRITER, signal);
      const again = await client.apply(WIDGETS, widget({ replicas: 1, colour: "red" }), WRITER, signal);
      assertEquals(again.metadata.resourceVersion, first.metadata.resourceVersion);
      const message = await refused(
        () => client.apply(WIDGETS, widget({ replicas: 2 }), OTHER, signal),
        isConflict,
      );
      assertStringIncludes(message, "writer");
      const forced = await client.apply(WIDGETS, widget({ replicas: 2 }), { ...OTHER, force: true }, signal);
      assertEquals(forced.spec, { replicas: 2, colour: "red" });
      // The writer leaves its colour out: it goes; replicas belong to the other one now, and stay.
      const left = await client.apply(WIDGETS, widget({}), WRITER, signal);
      assertEquals(left.spec, { replicas: 2, colour: "" });
      const deployment = inNamespace("applied", {
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: "applied" } },
          template: {
            metadata: { labels: { app: "applied" } },
            spec: {
              containers: [{ name: "c", image: "none", ports: [{ containerPort: 1, protocol: "UDP" }] }],
            },
          },
        },
      });
      const defaulted = await client.apply(DEPLOYMENTS, deployment, WRITER, signal);
      assertEquals(defaulted.spec?.template.spec?.restartPolicy, "Always");
      // The controller writes status meanwhile: what apply wrote is the same if its generation is.
      const same = await client.apply(DEPLOYMENTS, deployment, WRITER, signal);
      assertEquals(same.metadata.generation, defaulted.metadata.generation);
      await client.delete(DEPLOYMENTS, { namespace: NAMESPACE, name: "applied" }, signal);
    },
  },
  {
    name: "status and scale are written for themselves",
    run: async ({ client, signal }) => {
      const name = { namespace: NAMESPACE, name: "scaled" };
      const made = await client.apply(
        WIDGETS,
        inNamespace("scaled", { spec: { replicas: 1 }, status: { replicas: 9 } }),
        WRITER,
        signal,
      );
      assertEquals(made.status, { replicas: 0, ready: false });
      const status = inNamespace("scaled", { spec: { replicas: 7 }, status: { replicas: 1, ready: true } });
      const reported = await client.apply(statusOf(WIDGETS), status, WRITER, signal);
      assertEquals([reported.spec.replicas, reported.status], [1, { replicas: 1, ready: true }]);
      assertEquals(reported.metadata.generation, made.metadata.generation);
      const scale = await client.get(scaleOf(WIDGETS), name, signal);
      assertEquals([scale.spec.replicas, scale.status.replicas], [1, 1]);
      await client.update(scaleOf(WIDGETS), { metadata: scale.metadata, spec: { replicas: 3 } }, signal);
      await client.mergePatch(statusOf(WIDGETS), name, { status: { replicas: 2 } }, signal);
      const { spec, status: { replicas }, metadata } = await client.get(WIDGETS, name, signal);
      assertEquals([spec.replicas, replicas, metadata.generation], [3, 2, made.metadata.generation + 1]);
    },
  },
  {
    name: "a finalizer keeps an object until it is removed",
    run: async ({ client, signal }) => {
      const finalizer = "test.natra.io/kept";
      const name = { namespace: NAMESPACE, name: "kept" };
      const made = await client.create(WIDGETS, inNamespace("kept", { spec: {} }), signal);
      const kept = await addFinalizer(client, WIDGETS, made, finalizer, signal);
      assertEquals(kept.metadata.finalizers, [finalizer]);
      assertEquals(await addFinalizer(client, WIDGETS, kept, finalizer, signal), kept);
      await refused(() => addFinalizer(client, WIDGETS, made, "test.natra.io/late", signal), isConflict);
      await client.delete(WIDGETS, name, signal);
      const leaving = await client.get(WIDGETS, name, signal);
      await removeFinalizer(client, WIDGETS, leaving, finalizer, signal);
      await refused(() => client.get(WIDGETS, name, signal), isNotFound);
    },
  },
  {
    name: "an event is created once for any kind of object, in its namespace or in default",
    run: async ({ client, signal, logger }) => {
      const recorder = new EventRecorder(client, { component: "test", node: "n1" }, logger);
      const again = new EventRecorder(client, { component: "test", node: "n2" }, logger);
      const widget = await client.create(WIDGETS, inNamespace("eventful", { spec: {} }), signal);
      const namespace = await client.get(NAMESPACES, { name: "kube-system" }, signal);
      const stop = new AbortController();
      const running = Promise.all([recorder.run(stop.signal), again.run(stop.signal)]);
      for (const one of [recorder, recorder, again]) {
        one.warn(referenceTo(WIDGETS, widget), "Broken", "it is broken");
        one.warn(referenceTo(NAMESPACES, namespace), "Odd", `long ${"x".repeat(5000)}`);
      }
      recorder.info(referenceTo(WIDGETS, widget), "Mended", "it is well");
      for (let at = 0; at < 100; at++) again.warn(referenceTo(WIDGETS, widget), "Many", `message ${at}`);
      const eventsOf = async (kind: string): Promise<string[]> => {
        const options = { namespace: NAMESPACE, fieldSelector: `involvedObject.kind=${kind},reason!=Many` };
        const { items } = await client.list(EVENTS, options, signal);
        return items.map(({ involvedObject, type, reason }) =>
          [involvedObject.apiVersion, involvedObject.name, type, reason].join()
        ).sort();
      };
      await until("see the events", async () => (await eventsOf("Namespace")).length === 1 ? true : null);
      await until("see the Mended event", async () => (await eventsOf("Widget")).length === 2 ? true : null);
      await until("see the last of many events", async () => {
        const { items } = await client.list(EVENTS, { fieldSelector: "reason=Many" }, signal);
        return items.length === 49 ? true : null;
      });
      stop.abort();
      await running;
      assertEquals(await eventsOf("Widget"), [
        "test.natra.io/v1,eventful,Normal,Mended",
        "test.natra.io/v1,eventful,Warning,Broken",
      ]);
      assertEquals(await eventsOf("Namespace"), ["v1,kube-system,Warning,Odd"]);
    },
  },
];
