import { assertEquals } from "@std/assert";
import {
  type Figures,
  latencyRatio,
  missedLatency,
  missedThroughput,
  missedWorstSecond,
  mostLatencyRatio,
} from "./judge.ts";

interface Row {
  readonly percent?: number;
  readonly worst?: number;
  readonly p99?: number | null;
  readonly bad?: number;
  readonly count?: number;
}

function figures({ percent = 100, worst = 100, p99 = 1, bad = 0, count = 500 }: Row): Figures {
  const direction = { rate: 1, percent, worstSecondPercent: worst };
  const good = { rate: 1, percent: 100, worstSecondPercent: 100 };
  return { ingress: good, egress: direction, requests: { p99, bad, count } };
}

Deno.test("missedThroughput() takes 98 to 101 % and names the direction that misses", () => {
  for (const percent of [98, 100, 101]) assertEquals(missedThroughput(figures({ percent })), []);
  for (const percent of [97.9, 101.1, NaN]) {
    assertEquals(missedThroughput(figures({ percent })).map((phrase) => phrase.split(":")[0]), [
      "from the pod",
    ]);
  }
});

Deno.test("missedThroughput() takes less where less is allowed, and never more", () => {
  assertEquals(missedThroughput(figures({ percent: 80 }), 80), []);
  for (const percent of [79.9, 101.1]) assertEquals(missedThroughput(figures({ percent }), 80).length, 1);
});

Deno.test("missedWorstSecond() takes up to 105 %", () => {
  assertEquals(missedWorstSecond(figures({ worst: 105 })), []);
  assertEquals(missedWorstSecond(figures({ worst: 105.1 })).length, 1);
  assertEquals(missedWorstSecond(figures({ worst: NaN })).length, 1);
});

Deno.test("missedLatency() takes what is allowed, and no failed request", () => {
  const base = figures({ p99: 2 });
  assertEquals(missedLatency(figures({ p99: 3 }), base, 1.5), []);
  assertEquals(missedLatency(figures({ p99: 3.1 }), base, 1.5).length, 1);
  assertEquals(missedLatency(figures({ p99: null }), base, 1.5).length, 1);
  assertEquals(missedLatency(figures({ bad: 1 }), base, 1.5).length, 1);
  assertEquals(missedLatency(figures({ count: 399 }), base, 1.5).length, 1);
  assertEquals(missedLatency({ ...base, requests: null }, base, 1.5), ["no request was made"]);
});

Deno.test("latencyRatio() is no number where a percentile is missing", () => {
  assertEquals(latencyRatio(figures({ p99: 3 }), figures({ p99: 2 })), 1.5);
  assertEquals(latencyRatio(figures({ p99: null }), figures({ p99: 2 })), NaN);
  assertEquals(latencyRatio(figures({ p99: 3 }), figures({ p99: null })), NaN);
});

Deno.test("mostLatencyRatio() is natra's promise at 10M", () => {
  assertEquals(mostLatencyRatio({ rate: 10e6, row: "htb" }), 1.5);
});
