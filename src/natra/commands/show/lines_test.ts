import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Shown } from "./gather.ts";
import { shownLines } from "./lines.ts";

const shown: Shown = {
  pod: "shop/web\u001b[2J",
  containerId: "c1",
  ifname: "eth0",
  network: "n",
  netns: "/run/netns/x",
  created: "2026-01-01T00:00:00.000Z",
  complete: true,
  attach: "tcx",
  side: "host",
  inside: { name: "eth0", index: 2 },
  outside: { name: "veth0", index: 7 },
  pins: "/sys/fs/bpf/natra/c1/eth0",
  directions: [{
    direction: "ingress",
    limit: {
      ...{ rate: 10_000_000n, burst: 50_000n, bucket: "pod", mice: "charged", pacer: "auto" } as const,
      ...{ width: 1024, depth: 4, threshold: null, source: "annotation kubernetes.io/ingress-bandwidth" },
    },
    pacer: "htb",
    queue: "htb + bfifo",
    programs: [
      {
        program: "natra_shape",
        end: "outside",
        point: "egress",
        device: "veth0",
        direction: "ingress",
        before: null,
      },
    ],
    counters: null,
    queues: null,
    sketch: null,
    flows: [],
  }],
  choices: [{ what: "attach", choice: "tcx", why: 'the peer of "eth0"' }],
  findings: ["ingress: the egress link is missing\u202e"],
};

Deno.test("shownLines() shows a limit's source, and what is missing", () => {
  const text = shownLines(shown, new Date("2026-01-01T00:01:05Z")).join("\n");
  for (
    const part of [
      "  held        since 2026-01-01T00:00:00.000Z (1m5s)",
      "  interfaces  eth0 (index 2) in the pod, veth0 (index 7) on the node",
      "    limit       10Mbit/s, burst 50000 bytes, bucket pod",
      "                from annotation kubernetes.io/ingress-bandwidth",
      "    programs    natra_shape at the egress hook of veth0: MISSING",
      "    counted     gone",
      "    queue       htb + bfifo, which is gone",
      "    sketch      gone",
      "    heavy flows none",
      '  choices     attach: tcx (the peer of "eth0")',
    ]
  ) assertStringIncludes(text, part);
});

Deno.test("shownLines() escapes what came from outside", () => {
  const text = shownLines(shown, new Date()).join("\n");
  assertStringIncludes(text, String.raw`shop/web\u001b[2J eth0`);
  assertStringIncludes(text, String.raw`  wrong       ingress: the egress link is missing\u202e`);
  assertEquals([...text].filter((char) => char < " " && char !== "\n"), []);
});
