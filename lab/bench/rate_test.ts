import { assertEquals } from "@std/assert";
import { formatRate, parseRate, shortRate } from "./rate.ts";

Deno.test("parseRate() reads plain numbers, fractions and suffixes", () => {
  assertEquals(["10M", "1G", "1.5M", "64000", "500k"].map(parseRate), [10e6, 1e9, 1.5e6, 64_000, 500e3]);
});

Deno.test("parseRate() refuses what is no rate", () => {
  for (const text of ["", "M", "10m", "10 M", "-1M", "1e6", "10Mi", "1.M", ".5M", "10M\n"]) {
    assertEquals(parseRate(text), null, text);
  }
});

Deno.test("formatRate() chooses the unit after rounding", () => {
  assertEquals([10e6, 999_600e3, 23.81e9, 1234].map(formatRate), [
    "10 Mbit/s",
    "1 Gbit/s",
    "23.8 Gbit/s",
    "1.23 kbit/s",
  ]);
});

Deno.test("shortRate() is read back by parseRate()", () => {
  assertEquals([10e6, 1.5e6, 1e9, 12_345].map(shortRate), ["10M", "1500k", "1G", "12345"]);
  for (const rate of [10e6, 1.5e6, 1e9, 12_345]) assertEquals(parseRate(shortRate(rate)), rate);
});
