import { interfacePins } from "../../node_state.ts";
import { type Applied, type Choice, limitsOf } from "../../datapath/record.ts";
import type { Counters, Flow, QueueStats, SketchFill } from "../../datapath/datapath.ts";
import { inspect, type InspectedHook } from "../../datapath/inspect.ts";
import type { DirectionLimit } from "../../limits/fields.ts";
import { describeError } from "../../../base/log/describe.ts";
import { type Direction, DIRECTIONS } from "../../../pod/direction.ts";
import { podName } from "../pods.ts";

/** One direction of a pod's interface. */
export interface ShownDirection {
  readonly direction: Direction;
  readonly limit: DirectionLimit;
  readonly pacer: string;
  readonly queue: string;
  readonly programs: readonly InspectedHook[];
  /** null: the direction's pins are gone. */
  readonly counters: Counters | null;
  readonly queues: QueueStats | null;
  readonly sketch: SketchFill | null;
  readonly flows: readonly ShownFlow[];
}

/** A heavy flow that the program remembers. */
export interface ShownFlow extends Omit<Flow, "heavyFor" | "idleFor"> {
  /** Since it became heavy. */
  readonly heavySeconds: number;
  /** Since its last heavy packet. */
  readonly idleSeconds: number;
}

/** Everything about one interface of a pod. */
export interface Shown {
  readonly pod: string;
  readonly containerId: string;
  readonly ifname: string;
  readonly network: string;
  readonly netns: string;
  readonly created: string;
  readonly complete: boolean;
  readonly attach: string;
  /** Where ingress is held: `host` or `pod`. */
  readonly side: string;
  readonly inside: { readonly name: string; readonly index: number };
  readonly outside: { readonly name: string; readonly index: number };
  readonly pins: string;
  readonly directions: readonly ShownDirection[];
  readonly choices: readonly Choice[];
  /** What is not as it was set up, or cannot be read. */
  readonly findings: readonly string[];
}

/** Gathers everything about one interface. What cannot be read becomes a finding. */
export async function gather(applied: Applied): Promise<Shown> {
  const datapath = await import("../../datapath/datapath.ts");
  const findings: string[] = [];
  const attempt = <T>(look: () => T): T | null => {
    try {
      return look();
    } catch (error) {
      const text = describeError(error);
      if (!findings.includes(text)) findings.push(text);
      return null;
    }
  };
  findings.push(...attempt(() => datapath.verify(applied, limitsOf(applied))) ?? []);
  const hooks = attempt(() => inspect(applied))?.hooks ?? [];
  const queues = attempt(() => datapath.readQueues(applied));
  const directions = DIRECTIONS.flatMap((direction): ShownDirection[] => {
    const held = applied[direction];
    if (held === null) return [];
    return [{
      direction,
      ...held,
      programs: hooks.filter((hook) => hook.direction === direction),
      counters: attempt(() => datapath.readCounters(applied, direction)),
      queues: queues?.[direction] ?? null,
      sketch: attempt(() => datapath.readSketchFill(applied, direction)),
      flows: (attempt(() => datapath.readFlows(applied, direction)) ?? []).map(shownFlow),
    }];
  });
  const { containerId, ifname, network, netns, created, complete, attach, side, inside, outside, choices } =
    applied;
  return {
    pod: podName(applied),
    ...{ containerId, ifname, network, netns, created, complete, attach, side },
    inside: { name: inside.name, index: inside.index },
    outside: { name: outside.name, index: outside.index },
    pins: interfacePins(containerId, ifname),
    ...{ directions, choices, findings },
  };
}

const MS = 1_000_000n;

function shownFlow({ heavyFor, idleFor, ...flow }: Flow): ShownFlow {
  return { ...flow, heavySeconds: Number(heavyFor / MS) / 1000, idleSeconds: Number(idleFor / MS) / 1000 };
}
