import { assertEquals, assertStringIncludes } from "@std/assert";
import { list, renamed } from "./list.ts";

const NATRA = {
  type: "natra",
  capabilities: { "bandwidth": true, "io.kubernetes.cri.pod-annotations": true },
};
const PTP = { type: "ptp" };

/** A directory of lists, the plugins of each or its text, with the executable in it. */
function directory(
  files: Readonly<Record<string, readonly unknown[] | string>>,
): Disposable & { path: string } {
  const path = Deno.makeTempDirSync({ prefix: "natra-lists-" });
  for (const type of ["natra", "ptp", "bandwidth", "cilium-cni", "multus", "calico", "portmap"]) {
    Deno.writeTextFileSync(`${path}/${type}`, "", { mode: 0o755 });
  }
  for (const [name, content] of Object.entries(files)) {
    const text = typeof content === "string"
      ? content
      : JSON.stringify({ cniVersion: "1.0.0", name: "net", plugins: content });
    Deno.writeTextFileSync(`${path}/${name}`, text);
  }
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

const idsOf = (confDir: string, binDir = confDir): string[] =>
  list({ confDir, binDir, pluginDirs: [binDir] }).map(({ id }) => id);

const CASES: readonly (readonly [string, Parameters<typeof directory>[0], readonly string[]])[] = [
  ["natra behind the main plugin", { "10-net.conflist": [PTP, NATRA] }, []],
  [
    "a list without natra behind it in order",
    { "00-natra.conflist": [PTP, NATRA], "10-net.conflist": [PTP] },
    [],
  ],
  ["a file that is not a list", { "10-net.conflist": [PTP, NATRA], "README": "not JSON" }, []],
  ["no list at all", {}, ["no-list"]],
  ["a list without natra", { "10-net.conflist": [PTP] }, ["not-in-list"]],
  [
    "natra in a list that is not the first",
    { "05-cilium.conflist": [{ type: "cilium-cni" }], "10-net.conflist": [PTP, NATRA] },
    ["not-in-list"],
  ],
  ["natra first", { "10-net.conflist": [NATRA, PTP] }, ["list-order"]],
  ["natra without capabilities", { "10-net.conflist": [PTP, { type: "natra" }] }, ["no-capabilities"]],
  [
    "natra without the annotations",
    { "10-net.conflist": [PTP, { type: "natra", capabilities: { bandwidth: true } }] },
    ["no-capabilities"],
  ],
  [
    "natra without rates: annotations say all",
    { "10-net.conflist": [PTP, { ...NATRA, capabilities: { "io.kubernetes.cri.pod-annotations": true } }] },
    [],
  ],
  [
    "the bandwidth plugin, too",
    { "10-net.conflist": [PTP, { type: "bandwidth" }, NATRA] },
    ["bandwidth-chained"],
  ],
  ["Cilium and natra by itself", { "05-cilium.conflist": [{ type: "cilium-cni" }, NATRA] }, []],
  [
    "Cilium and natra at the node's end",
    { "05-cilium.conflist": [{ type: "cilium-cni" }, { ...NATRA, attach: "tcx" }] },
    ["list-bypassed"],
  ],
  ["a single plugin's file", { "10-net.conf": '{"name":"net","type":"ptp"}' }, ["not-in-list"]],
  ["a list that is not JSON", { "10-net.conflist": '{"plugins":[' }, ["list-unreadable"]],
  ["a list of no plugins", { "10-net.conflist": '{"plugins":{"a":1}}' }, ["list-unreadable"]],
  ["plugins of other types", { "10-net.conflist": [null, 7, { type: 9 }, ["natra"]] }, ["list-unreadable"]],
  [
    "Multus, which calls natra by a list of its own",
    {
      "00-multus.conf": JSON.stringify({ name: "m", type: "multus", delegates: [{ plugins: [PTP, NATRA] }] }),
    },
    [],
  ],
  ["a huge list", { "10-net.conflist": " ".repeat((1 << 20) + 1) }, ["list-unreadable"]],
];

for (const [what, files, ids] of CASES) {
  Deno.test(`list() says of ${what}: ${ids.join(", ") || "nothing"}`, () => {
    using made = directory(files);
    assertEquals(idsOf(made.path), ids);
  });
}

Deno.test("list() reports a missing directory, and a missing executable", () => {
  using made = directory({ "10-net.conflist": [PTP, NATRA] });
  assertEquals(idsOf(`${made.path}/none`), ["no-list"]);
  assertEquals(idsOf(made.path, `${made.path}/none`), ["no-executable"]);
  Deno.chmodSync(`${made.path}/natra`, 0o644);
  assertEquals(idsOf(made.path), ["no-executable"]);
});

Deno.test("list() says what the bandwidth plugin does in front of natra, and behind it", () => {
  const words = (...plugins: unknown[]): string => {
    using made = directory({ "10-net.conflist": plugins });
    return list({ confDir: made.path, binDir: made.path, pluginDirs: [made.path] }).map(({ what, why }) =>
      `${what}: ${why}`
    ).join();
  };
  assertStringIncludes(
    words(PTP, { type: "bandwidth" }, NATRA),
    "in front of natra: it adds a second limit",
  );
  assertStringIncludes(
    words(PTP, NATRA, { type: "bandwidth" }),
    "behind natra: its ADD fails, because the root queue is taken",
  );
});

Deno.test("list() shows no control character of what others wrote", () => {
  using made = directory({ "1\u001b[31m.conflist": [{ ...PTP, type: "\u001b[32m" }] });
  for (const content of [[PTP], "{\u001b"]) {
    Deno.writeTextFileSync(
      `${made.path}/1\u001b[31m.conflist`,
      JSON.stringify({ name: "n", plugins: content }),
    );
    const [finding] = list({ confDir: made.path, binDir: made.path, pluginDirs: [made.path] });
    assertStringIncludes(finding?.what ?? "", "\\u001b");
  }
});

const OURS = "00-natra-05-cilium.conflist";

for (
  const [what, names, ids] of [
    ["nothing of Cilium's", ["05-cilium.conflist", OURS], []],
    ["our list put away", ["05-cilium.conflist", `${OURS}.cilium_bak`], ["list-renamed"]],
    ["our list written again", ["05-cilium.conflist", OURS, `${OURS}.cilium_bak`], []],
    ["a foreign list put away", ["05-cilium.conflist", "10-aws.conflist.cilium_bak"], []],
  ] as const
) {
  Deno.test(`renamed() says of ${what}: ${ids.join(", ") || "nothing"}`, () => {
    const path = Deno.makeTempDirSync({ prefix: "natra-lists-" });
    try {
      for (const name of names) Deno.writeTextFileSync(`${path}/${name}`, "{}");
      assertEquals(renamed(path).map(({ id }) => id), ids);
      assertEquals(renamed(`${path}/none`), []);
    } finally {
      Deno.removeSync(path, { recursive: true });
    }
  });
}
