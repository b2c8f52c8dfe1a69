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
  /** The figure, and what it is for certain. */
  readonly p99?: number | null;
  readonly low?: number;
  readonly high?: number;
  readonly bad?: number;
  readonly count?: number;
}

function figures(row: Row): Figures {
  const { percent = 100, worst = 100, p99 = 1, low = NaN, high = NaN, bad = 0, count = 500 } = row;
  const direction = { rate: 1, percent, worstSecondPercent: worst };
  const good = { rate: 1, percent: 100, worstSecondPercent: 100 };
  return { ingress: good, egress: direction, requests: { p99, p99Bounds: { low, high }, bad, count } };
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

Deno.test("missedLatency() takes what is not too much for certain, and no failed request", () => {
  const base = figures({ low: 1, high: 2 });
  const missed = (row: Row, with_ = base): string[] => missedLatency(figures({ low: 3, ...row }), with_, 1.5);
  assertEquals(missed({ p99: 9, high: 20 }), []);
  for (const row of [{ low: 3.1 }, { low: NaN }, { bad: 1 }, { count: 399 }]) {
    assertEquals(missed(row).length, 1, Deno.inspect(row));
  }
  assertEquals(missed({}, { ...base, requests: null }).length, 1);
  assertEquals(missedLatency({ ...base, requests: null }, base, 1.5), ["no request was made"]);
});

Deno.test("latencyRatio() is no number where a percentile is missing", () => {
  assertEquals(latencyRatio(figures({ p99: 3 }), figures({ p99: 2 })), 1.5);
  assertEquals(latencyRatio(figures({ p99: null }), figures({ p99: 2 })), NaN);
  assertEquals(latencyRatio(figures({ p99: 3 }), figures({ p99: null })), NaN);
});

Deno.test("mostLatencyRatio() is natra's promise with HTB", () => {
  assertEquals(mostLatencyRatio({ row: "htb" }), 1.5);
});
