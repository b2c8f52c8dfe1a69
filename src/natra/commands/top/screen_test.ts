import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type { DirectionFigures, Figures, FlowFigures } from "./figures.ts";
import { draw, flowRoom, HEADING, type ScreenState, type View } from "./screen.ts";
import { formatEnd } from "./tables.ts";

const VIEW: View = { sort: "rate", classes: false, first: 0, help: false };
const AROUND: ScreenState = {
  columns: 120,
  rows: 24,
  now: new Date(2026, 0, 1, 12, 34, 56),
  interval: 2,
  failures: [],
};

const direction: DirectionFigures = {
  ...{ pod: "shop/web", containerId: "c", ifname: "eth0", direction: "ingress" } as const,
  ...{
    limit: 10e6,
    offered: 20e6,
    sent: 9.98e6,
    heavyShare: 0.97,
    waitingBytes: 12_000,
    drops: 830,
    marks: 0.4,
  },
  classes: {
    heavy: { kind: "bfifo", sent: 9.9e6, waitingBytes: 12_000, waitingPackets: 9, drops: 830, marks: 0 },
  },
};

function flow(port: number): FlowFigures {
  return {
    ...{ pod: "shop/web", containerId: "c", ifname: "eth0", direction: "ingress", protocol: "tcp" } as const,
    ...{ source: "fd00::1", sourcePort: port, destination: "10.0.0.2", destinationPort: 443 },
    ...{ rate: 9.88e6, share: 0.988, bytes: 1e6, heavySeconds: 75, idleSeconds: 0, drops: 0, marks: 0 },
  };
}

function figures(directions: number, flows: number): Figures {
  return {
    seconds: 2,
    directions: Array.from({ length: directions }, (_, n) => ({ ...direction, containerId: `c${n}` })),
    flows: Array.from({ length: flows }, (_, n) => flow(n + 1)),
  };
}

Deno.test("draw() shows directions and flows with units, and marks the headings", () => {
  const lines = draw(figures(1, 1), VIEW, AROUND);
  assertEquals(lines.filter((line) => line.startsWith(HEADING)).length, 3);
  assertStringIncludes(lines[0] ?? "", "natra top 12:34:56  every 2 s  1 pod, 1 heavy flow  by rate");
  assertEquals(lines[3]?.split(/ {2,}/).map((cell) => cell.trim()), [
    ..."shop/web,eth0,ingress,10.0M,20.0M,9.98M,97%,12 kB,830,0.4".split(","),
  ]);
  assertEquals(lines[6]?.trim().split(/ {2,}/), [
    ..."9.88M,99%,1m15s,1.0 MB,0,0,tcp,[fd00::1]:1,10.0.0.2:443,ingress,shop/web".split(","),
  ]);
});

Deno.test("draw() shows the classes when asked, the keys when asked, and says what it waits for", () => {
  assertStringIncludes(draw(figures(1, 0), { ...VIEW, classes: true }, AROUND).join("\n"), "heavy: bfifo");
  assertStringIncludes(draw(figures(1, 1), { ...VIEW, help: true }, AROUND).join("\n"), "q, Ctrl-C");
  assertStringIncludes(draw(null, VIEW, AROUND).join("\n"), "measuring");
  assertStringIncludes(draw(figures(0, 0), VIEW, AROUND).join("\n"), "No pod is limited");
  assertStringIncludes(draw(figures(1, 0), VIEW, AROUND).join("\n"), "No flow is heavy.");
  const failures = ["shop/web: gone"];
  assertStringIncludes(
    draw(figures(1, 0), VIEW, { ...AROUND, failures })[0] ?? "",
    "UNREADABLE: shop/web: gone",
  );
});

Deno.test("draw() shows flows from the first that is wanted, as many as fit", () => {
  const all = figures(1, 100);
  const shown = (first: number): string[] =>
    draw(all, { ...VIEW, first }, AROUND).flatMap((line) => /\[fd00::1\]:(\d+)/.exec(line)?.[1] ?? []);
  assertEquals([shown(0)[0], shown(40)[0]], ["1", "41"]);
  assertEquals(shown(0).length, flowRoom(all, VIEW, AROUND.rows));
  assertEquals(draw(all, VIEW, AROUND).length, AROUND.rows);
});

Deno.test("draw() fits any screen, however much there is to show", () => {
  const many = fc.integer({ min: 0, max: 60 });
  const size = fc.record({
    columns: fc.integer({ min: 20, max: 200 }),
    rows: fc.integer({ min: 5, max: 80 }),
  });
  fc.assert(
    fc.property(many, many, size, fc.boolean(), fc.boolean(), (d, f, { columns, rows }, classes, help) => {
      const lines = draw(figures(d, f), { ...VIEW, classes, help }, { ...AROUND, columns, rows });
      assert(lines.length <= rows, `${lines.length} lines`);
      for (const line of lines) assert(line.replace(HEADING, "").length <= columns);
    }),
    { numRuns: 50 },
  );
});

Deno.test("formatEnd() writes addresses with ports as URLs do", () => {
  assertEquals([
    formatEnd("10.0.0.7", 443),
    formatEnd("fd00::7", 443),
    formatEnd("fd00::7", 0),
    formatEnd("", 0),
  ], [
    "10.0.0.7:443",
    "[fd00::7]:443",
    "fd00::7",
    "",
  ]);
});
