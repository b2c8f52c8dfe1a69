/** What the scenarios of a client found. */

/** A scenario, and what went wrong in it. */
export interface Finding {
  readonly scenario: string;
  readonly seconds: number;
  /** Sentences; none if all went well. */
  readonly problems: readonly string[];
  /** Figures worth knowing. */
  readonly notes: readonly string[];
}

/** Takes down what a scenario finds. */
export class Notebook {
  readonly problems: string[] = [];
  readonly notes: string[] = [];

  /**
   * Expects something.
   *
   * @param holds whether it is so
   * @param problem what is wrong otherwise
   */
  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  /**
   * Expects that there is nothing.
   *
   * @param found what there is
   * @param where what the list is about
   */
  expectNone(found: readonly string[], where: string): void {
    this.problems.push(...found.map((one) => `${where}: ${one}`));
  }
}

/**
 * Runs a scenario. What it throws is a problem of its.
 *
 * @param scenario its name
 * @param play what it does
 * @returns what it found
 */
export async function find(scenario: string, play: (notebook: Notebook) => Promise<void>): Promise<Finding> {
  const notebook = new Notebook();
  const start = performance.now();
  try {
    await play(notebook);
  } catch (error) {
    notebook.problems.push(error instanceof Error ? error.message : String(error));
  }
  const { problems, notes } = notebook;
  return { scenario, seconds: (performance.now() - start) / 1000, problems, notes };
}

/**
 * Says on standard error what was found: what takes minutes is watched.
 *
 * @param who whose scenario it is
 * @param finding what was found in it
 */
export function tell(who: string, { scenario, seconds, problems, notes }: Finding): void {
  const lines = [`${scenario}: ${seconds.toFixed(1)} s, ${problems.length} problems`, ...problems, ...notes];
  Deno.stderr.writeSync(new TextEncoder().encode(`${who}: ${lines.join("\n  ")}\n`));
}
