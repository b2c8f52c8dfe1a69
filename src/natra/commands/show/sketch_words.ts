import { sketchBytes } from "../../limits/fields.ts";
import type { SketchFill } from "../../datapath/datapath.ts";
import { formatBytes, formatMeasured } from "../../../cli/format.ts";

/** A probability for people: `never`, `1 in 1,234`, `12 %`. */
export function formatProbability(probability: number): string {
  if (probability <= 0) return "never";
  if (probability >= 0.01) return `${(probability * 100).toFixed(probability < 0.1 ? 1 : 0)} %`;
  const one = 1 / probability;
  return one > 1e9 ? "less than 1 in 1e9" : `1 in ${Math.round(one).toLocaleString("en-US")}`;
}

/**
 * What a Count-Min sketch of this size guarantees (Cormode and Muthukrishnan, 2005), and its state, in
 * sentences.
 */
export function sketchWords(
  { width, depth, used, shared, mistaken, backlog, threshold, leak }: SketchFill,
): string[] {
  const error = Math.ceil(Math.E * backlog / width);
  return [
    `${width} cells x ${depth} rows (${sketchBytes({ width, depth }) / 1024} KiB), ${
      (used * 100).toFixed(1)
    } % of them in use`,
    `A flow is heavy once it is ${formatBytes(BigInt(threshold))} ahead of its fair share; a cell leaks ` +
    `${formatMeasured(leak)}bit/s.`,
    `An estimate is never too low. It is too high by more than ${
      formatBytes(BigInt(error))
    } (e/${width} of the ` +
    `${formatBytes(BigInt(Math.round(backlog)))} in a row)`,
    `with a probability of at most e^-${depth}: ${formatProbability(Math.exp(-depth))}.`,
    `A new flow shares a used cell in every row: ${formatProbability(shared)}.`,
    `It is misclassified as heavy at its first packet: ${formatProbability(mistaken)}.`,
  ];
}
