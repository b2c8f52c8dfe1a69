/** The pods' cgroups: the only thing that a node of these tests has in common with the machine. */
import { outcomeOf } from "../run.ts";

const PREFIX = "natra-clients-";
const HOME = "/sys/fs/cgroup";

/** The parent of this process's pods' cgroups, as a runtime takes it. */
export function ownCgroup(): string {
  return `/${PREFIX}${Deno.pid}`;
}

/** Removes what this process, or one that is gone, has left. Nothing runs in there any more. */
export async function sweepCgroups(): Promise<void> {
  const hierarchies = [HOME, ...namesIn(HOME).map((name) => `${HOME}/${name}`)];
  for (const hierarchy of hierarchies) {
    for (const name of namesIn(hierarchy)) {
      const owner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : 0;
      if (owner === 0 || (owner !== Deno.pid && namesIn(`/proc/${owner}`).length > 0)) continue;
      const remove = ["find", `${hierarchy}/${name}`, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"];
      await outcomeOf(remove, { cleanup: true });
    }
  }
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
