import { marked } from "../../tests/rig/mark.ts";

const PATIENCE_MS = 2000;

/** Asks the processes of a run to end, and kills those that do not. @param mark The run's mark. */
export async function endProcesses(mark: string): Promise<void> {
  for (const pid of marked(mark)) signal(pid, "SIGTERM");
  for (let waited = 0; waited < PATIENCE_MS && marked(mark).length > 0; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const pid of marked(mark)) signal(pid, "SIGKILL");
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended meanwhile
  }
}
