/** What natra exposes, read as Prometheus would read it. */
import { RigError } from "../rig/run.ts";

/** One line that carries a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)",?/gy;

/**
 * Reads the text format.
 *
 * @throws {RigError} If a line is none.
 */
export function readSamples(text: string): Sample[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    if (name === undefined) throw new RigError(`Cannot read the metrics' line "${line}"`);
    return { name, labels: readLabels(labels), value: Number(value) };
  });
}

function readLabels(text: string): Record<string, string> {
  const labels = Object.fromEntries([...text.matchAll(LABEL)].map(([, name = "", value = ""]) => [
    name,
    value.replace(/\\(.)/g, (_, char: string) => char === "n" ? "\n" : char),
  ]));
  return labels;
}

/** The sum of all samples of that name whose labels include these. */
export function sumOf(samples: readonly Sample[], name: string, labels: Sample["labels"] = {}): number {
  return samples
    .filter((sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
    )
    .reduce((sum, { value }) => sum + value, 0);
}
