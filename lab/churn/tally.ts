/** What happened in a run. */
import type { Called } from "./call.ts";

/** Verbs that a pod's life is made of. */
export type Verb = "ADD" | "CHECK" | "DEL";

/** How often, and how long. */
export interface VerbTally {
  sent: number;
  killed: number;
  /** Milliseconds of the calls that ended by themselves. */
  readonly ms: number[];
}

/** Counts calls, and collects what must not happen. */
export class Tally {
  readonly verbs: Readonly<Record<Verb, VerbTally>> = {
    ADD: { sent: 0, killed: 0, ms: [] },
    CHECK: { sent: 0, killed: 0, ms: [] },
    DEL: { sent: 0, killed: 0, ms: [] },
  };
  /** DELs that no runtime ever sent. */
  forgotten = 0;
  /** `natra reconcile` beside the calls. */
  reconciled = 0;
  readonly failures: string[] = [];

  /**
   * Takes a call into account. One that was not killed must succeed, and answer as its verb has to.
   *
   * @param verb which
   * @param called how it ended
   * @param answer what it must answer: a JSON value, or undefined for nothing
   */
  record(verb: Verb, called: Called, answer: unknown): void {
    const tally = this.verbs[verb];
    tally.sent++;
    if (called.killed) {
      tally.killed++;
      return;
    }
    tally.ms.push(called.ms);
    const wanted = answer === undefined ? "" : `${JSON.stringify(answer)}\n`;
    if (called.code !== 0 || called.stdout !== wanted) {
      this.failures.push(`${verb}: exit ${called.code}, ${JSON.stringify(called.stdout + called.stderr)}`);
    }
  }

  /**
   * A moment at which to kill a call: within the time that such a call has taken so far.
   *
   * @param verb which
   * @param share from 0 to 1
   * @returns milliseconds after its start
   */
  momentOf(verb: Verb, share: number): number {
    const { ms } = this.verbs[verb];
    const usual = ms.length === 0 ? 80 : ms.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)]!;
    return usual * share;
  }
}
