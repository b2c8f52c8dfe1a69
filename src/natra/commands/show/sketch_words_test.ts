import { assertEquals } from "@std/assert";
import { formatProbability, sketchWords } from "./sketch_words.ts";

Deno.test("formatProbability() writes what people can imagine", () => {
  assertEquals([0, 1e-12, 0.0001, 0.0183, 0.5, 1].map(formatProbability), [
    "never",
    "less than 1 in 1e9",
    "1 in 10,000",
    "1.8 %",
    "50 %",
    "100 %",
  ]);
});

Deno.test("sketchWords() gives the size, the guaranteed bound, and the state", () => {
  const fill = { width: 1024, depth: 4, used: 0.125, shared: 0.0002, mistaken: 0 };
  assertEquals(sketchWords({ ...fill, backlog: 102_400, threshold: 10_000, leak: 2_500_000 }), [
    "1024 cells x 4 rows (32 KiB), 12.5 % of them in use",
    "A flow is heavy once it is 10 kB ahead of its fair share; a cell leaks 2.50Mbit/s.",
    "An estimate is never too low. It is too high by more than 272 B (e/1024 of the 102 kB in a row)",
    "with a probability of at most e^-4: 1.8 %.",
    "A new flow shares a used cell in every row: 1 in 5,000.",
    "It is misclassified as heavy at its first packet: never.",
  ]);
});
