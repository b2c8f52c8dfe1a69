import type { Case } from "./junit.ts";
import type { Part } from "./parts.ts";
import { formatSpan } from "./say.ts";
import { formatTotals, sum } from "./sum.ts";

/**
 * What a run shows while its parts run beside each other: each group's beginning and end, and now and then
 * what is under way.
 */
export class Board {
  readonly #waiting: Map<string, number>;
  readonly #begun = new Set<string>();
  readonly #cases = new Map<string, Case[]>();
  /** Milliseconds that the parts of a group took together. */
  readonly #took = new Map<string, number>();
  readonly #running = new Map<Part, { readonly since: number; tests: number }>();

  constructor(parts: readonly Part[], readonly say: (line: string) => void) {
    this.#waiting = new Map(
      [...Map.groupBy(parts, ({ group }) => group)].map(([group, { length }]) => [group, length]),
    );
  }

  begin(part: Part): void {
    if (!this.#begun.has(part.group)) this.say(`${part.group}: running`);
    this.#begun.add(part.group);
    this.#running.set(part, { since: performance.now(), tests: 0 });
  }

  /** @param tests how many of a part's tests have ended so far */
  progress(part: Part, tests: number): void {
    const running = this.#running.get(part);
    if (running !== undefined) running.tests = tests;
  }

  end(part: Part, cases: readonly Case[]): void {
    const { group } = part;
    const { since = performance.now() } = this.#running.get(part) ?? {};
    this.#running.delete(part);
    const all = [...this.#cases.get(group) ?? [], ...cases];
    const took = (this.#took.get(group) ?? 0) + performance.now() - since;
    const waiting = (this.#waiting.get(group) ?? 1) - 1;
    this.#cases.set(group, all);
    this.#took.set(group, took);
    this.#waiting.set(group, waiting);
    if (waiting === 0) this.say(`${group}: ${formatTotals(sum(all))} (${formatSpan(took)})`);
  }

  /** What runs now, in a line; null: nothing does. */
  line(): string | null {
    const running = [...this.#running].map(([{ name }, { since, tests }]) =>
      `${name} (${tests} tests, ${formatSpan(performance.now() - since)})`
    );
    return running.length === 0 ? null : `running: ${running.join(", ")}`;
  }
}
