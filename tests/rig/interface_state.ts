/** What is on an interface, asked without anything of natra's. */
import { programs } from "./programs.ts";
import { run } from "./run.ts";

/** An interface in some network namespace. */
export interface Interface {
  readonly name: string;
  /** What goes before a command to run it in the namespace: nothing for this one. */
  readonly enter: readonly string[];
}

/** A program on one of its hooks. */
export interface Hooked {
  readonly id: number;
  readonly name: string;
  /** The hook, and how it hangs there. */
  readonly place: string;
}

/** What is on an interface. */
export interface Seen {
  /** As tc prints them, without counters. */
  readonly qdiscs: readonly string[];
  readonly programs: readonly Hooked[];
  readonly gsoMaxSize: number;
}

interface Filter {
  readonly pref: number;
  readonly options?: {
    readonly handle?: string;
    readonly prog?: { readonly name: string; readonly id: number };
  };
}

const LOOK = `
tc qdisc show dev "$2"; echo ---
tc -j filter show dev "$2" ingress; echo ---; tc -j filter show dev "$2" egress; echo ---
"$1" query "$2"; echo ---
ip -d -j link show "$2"`;

/**
 * Looks at an interface.
 *
 * @param interface_ which
 * @returns what is on it
 * @throws {RigError} if it is gone
 */
export async function look({ name, enter }: Interface): Promise<Seen> {
  const { neighbour } = await programs();
  const text = await run([...enter, "sh", "-ec", LOOK, "sh", neighbour, name]);
  const [qdiscs = "", inside = "", outside = "", tcx = "", link = ""] = text.split("---\n");
  const hooks = JSON.parse(tcx) as Readonly<Record<"ingress" | "egress", readonly Omit<Hooked, "place">[]>>;
  const onTcx = (hook: "ingress" | "egress"): Hooked[] =>
    hooks[hook].map((program) => ({ ...program, place: `${hook} tcx` }));
  const [shown] = JSON.parse(link) as [{ gso_max_size: number }];
  return {
    qdiscs: qdiscs.split("\n").map((line) => line.replace(/ refcnt \d+/, "").trim()).filter((line) =>
      line !== ""
    ),
    programs: [
      ...onTcx("ingress"),
      ...onTcx("egress"),
      ...filters(inside, "ingress"),
      ...filters(outside, "egress"),
    ],
    gsoMaxSize: shown.gso_max_size,
  };
}

function filters(json: string, hook: string): Hooked[] {
  return (JSON.parse(json) as Filter[]).flatMap(({ pref, options }) => {
    const program = options?.prog;
    return program === undefined ? [] : [{ ...program, place: `${hook} clsact ${pref} ${options?.handle}` }];
  });
}
