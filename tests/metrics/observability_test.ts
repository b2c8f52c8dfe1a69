/** What is in deploy/observability: valid, and about metrics that are there. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { parse } from "@std/yaml";
import { flowKey, maps } from "../../src/natra/datapath/layout.ts";
import { readApplied } from "../../src/natra/datapath/record.ts";
import { readEntries } from "../../src/ebpf/maps.ts";
import { readFlows } from "../../src/natra/datapath/datapath.ts";
import { families } from "../../src/natra/metrics/families.ts";
import { compile } from "../bpf/compile.ts";
import { loadObject } from "../bpf/object.ts";
import { pinsOf } from "../rig/observed.ts";
import { Scene } from "../rig/scene.ts";
import { Elephant } from "../rig/elephant.ts";
import { pause } from "../rig/interruption.ts";
import { POD_INTERFACE } from "../rig/pod.ts";
import { run } from "../rig/run.ts";
import { promtool } from "./promtool.ts";

const ROOM = new URL("../../deploy/observability/", import.meta.url).pathname;
const RULES = `${ROOM}prometheus/natra.rules.yaml`;
const EXPORTER = `${ROOM}ebpf_exporter/natra_flows`;

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly expr: string; readonly record?: string }[];
  }[];
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const rules = (): Rules["groups"][number]["rules"][number][] =>
  (parse(Deno.readTextFileSync(RULES)) as Rules).groups.flatMap(({ rules }) => rules);
const dashboard = (): Dashboard =>
  JSON.parse(Deno.readTextFileSync(`${ROOM}grafana/natra.json`)) as Dashboard;

/** The names that may be asked for: each family's, with what a histogram's series are called. */
function emitted(): Set<string> {
  return new Set(
    Object.values(families()).flatMap(({ name, type }) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name]
    ),
  );
}

/** The metrics of natra's that an expression names; recorded series have colons. */
const named = (text: string): string[] => text.match(/\bnatra[_:][a-z0-9_:]+/g) ?? [];

Deno.test("promtool finds the rules valid, and they alert when they should and not before", async () => {
  for (const args of [["check", "rules", RULES], ["test", "rules", RULES.replace(".yaml", ".test.yaml")]]) {
    const { code, stdout, stderr } = await promtool(args);
    assertEquals(code, 0, stdout + stderr);
  }
});

Deno.test("every metric that rules and the dashboard name is emitted, or recorded by a rule", () => {
  const known = emitted();
  for (const { record } of rules()) if (record !== undefined) known.add(record);
  const wanted = [...rules().map(({ expr }) => expr), JSON.stringify(dashboard())].flatMap(named);
  assertGreater(wanted.length, 20);
  assertEquals(wanted.filter((name) => !known.has(name)), []);
});

Deno.test("every metric that is emitted for pods and ADDs is shown, alerted on or documented", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/metrics.md", import.meta.url));
  const missing = Object.values(families()).map(({ name }) => name).filter((name) =>
    !docs.includes(`\`${name}\``)
  );
  assertEquals(missing, []);
});

Deno.test("the dashboard's panels have ids and places of their own, and expressions that Prometheus reads", async () => {
  const { panels, uid, schemaVersion, templating } = dashboard();
  assertEquals([uid, schemaVersion >= 36], ["natra", true]);
  assertEquals(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const [index, one] of panels.entries()) {
    const { x, y, w, h } = one.gridPos;
    assert(x >= 0 && x + w <= 24, `"${one.title}" is wider than the page`);
    for (const { title, gridPos } of panels.slice(index + 1)) {
      const apart = x + w <= gridPos.x || gridPos.x + gridPos.w <= x || y + h <= gridPos.y ||
        gridPos.y + gridPos.h <= y;
      assert(apart, `"${one.title}" lies over "${title}"`);
    }
  }
  const variables = templating.list.map(({ name }) => name);
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const plain = expressions.map((expr) => {
    for (const [, name = ""] of expr.matchAll(/\$\{?([a-z]+)\b/g)) {
      assert(variables.includes(name), `"${expr}" uses "${name}"`);
    }
    return expr.replaceAll("$__rate_interval", "5m").replace(/\$\{?[a-z]+\}?/g, "x");
  });
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const asRules = plain.map((expr, index) => ({ record: `panel:${index}`, expr }));
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "panels", rules: asRules }] }));
    const { code, stdout, stderr } = await promtool(["check", "rules", file]);
    assertEquals(code, 0, stdout + stderr);
  } finally {
    await Deno.remove(file);
  }
});

interface ExporterConfig {
  readonly metrics: {
    readonly counters: readonly {
      readonly name: string;
      readonly help: string;
      readonly labels: readonly {
        readonly name: string;
        readonly size: number;
        readonly padding?: number;
        readonly decoders: readonly { readonly name: string }[];
      }[];
    }[];
  };
}

Deno.test("ebpf_exporter's labels are the flow's key, byte for byte, and its value is the flow's bytes", () => {
  const { metrics: { counters } } = parse(Deno.readTextFileSync(`${EXPORTER}.yaml`)) as ExporterConfig;
  assertEquals(counters.map(({ name }) => name), ["flows"]); // as the map is called
  const labels = counters[0]?.labels ?? [];
  let offset = 0;
  const places = labels.map(({ size, padding = 0 }) => {
    const at = offset;
    offset += size + padding;
    return at;
  });
  const { saddr, daddr, sport, dport, ether_type: type, protocol } = flowKey.fields;
  assertEquals(places, [saddr, daddr, sport, dport, type, protocol].map((field) => field.offset));
  assertEquals(offset, flowKey.size);
  assertEquals(maps.flows.value.fields.bytes.offset, 0);
});

Deno.test("ebpf_exporter's object takes natra's own map by its pin, as the exporter's libbpf does", {
  sanitizeResources: false, // libraries stay open
}, async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  const link = "/sys/fs/bpf/flows";
  await run(["ln", "-s", `${pinsOf(scene).replace("/sys/fs/bpf/", "")}/ingress/flows`, link]);
  try {
    await using _elephant = await Elephant.start(scene.pod, { direction: "ingress" }, 0, 0, 30);
    const applied = readApplied({ containerId: scene.pod.containerId, ifname: POD_INTERFACE });
    for (let tries = 0; tries < 100; tries++) {
      if (applied !== null && (readFlows(applied, "ingress")?.length ?? 0) > 0) break;
      await pause(100);
    }
    using object = loadObject(
      "natra_flows",
      compile("deploy/observability/ebpf_exporter/natra_flows.bpf.c"),
      { programs: [] },
    );
    const shape = { keySize: flowKey.size, valueSize: maps.flows.value.size, maxEntries: 256 };
    const { count, keys, values } = readEntries(object.mapFd("flows"), shape);
    const ports = new DataView(keys.buffer);
    const ours = Array.from({ length: count }, (_, index) => ({
      port: ports.getUint16(index * shape.keySize + flowKey.fields.dport.offset),
      bytes: values.getBigUint64(index * shape.valueSize, true),
    })).find(({ port }) => port === 5201);
    if (ours === undefined) throw new Error("The elephant is not in the map that was taken");
    assertGreater(ours.bytes, 0n);
  } finally {
    await Deno.remove(link);
  }
});
