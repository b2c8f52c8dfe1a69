/** Another project's program on a hook of the pod's veth. */
import type { Child } from "./child.ts";
import { pause } from "./interruption.ts";
import type { Namespace } from "./namespace.ts";
import { device } from "./observed.ts";
import { programs } from "./programs.ts";

/**
 * Where a neighbour attaches: tcx at one end of the hook, or a clsact filter with its priority and handle.
 */
export type Seat = readonly ["tcx", "head" | "tail"] | readonly ["clsact", number, number];

/**
 * What a neighbour does with a packet that it has seen: leave it to the next program, pass it and end the
 * hook, or hand IPv4 to the other end of the veth that it names, past that veth's own hooks.
 */
export type Conduct = "next" | "ok" | `peer=${string}`;

/** A hook of an interface. */
export interface NeighbourHook {
  readonly namespace: Namespace;
  readonly link: string;
  readonly point: "ingress" | "egress";
}

/** A neighbour's program that counts UDP packets. Disposing of it ends its process, and so its tcx link. */
export class Neighbour implements AsyncDisposable {
  private constructor(
    private readonly child: Child,
    private readonly hook: NeighbourHook,
    readonly id: number,
  ) {}

  /** Attaches one, and waits until it counts. */
  static async attach(hook: NeighbourHook, seat: Seat, conduct: Conduct = "next"): Promise<Neighbour> {
    const { neighbour, counter } = await programs();
    const [how, ...rest] = seat;
    const before = new Set((await programsOn(hook)).map(({ id }) => id));
    const child = hook.namespace.start([
      neighbour,
      how,
      counter,
      hook.link,
      hook.point,
      ...rest.map(String),
      conduct,
    ]);
    for (let tries = 0; tries < 600 && !child.ended; tries++) {
      const fresh = (await programsOn(hook)).find(({ id }) => !before.has(id));
      if (fresh !== undefined) return new Neighbour(child, hook, fresh.id);
      await pause(50);
    }
    const { stderr } = await child.stop();
    throw new Error(`Cannot attach a neighbour to "${hook.link}": ${stderr}`);
  }

  /** Whether it is still on its hook. */
  async isAttached(): Promise<boolean> {
    return (await programsOn(this.hook)).some(({ id }) => id === this.id);
  }

  /** Ends its process. @returns how many packets it saw */
  async seen(): Promise<number> {
    const { code, stdout, stderr } = await this.child.stop();
    if (code !== 0) throw new Error(`Cannot count: ${stderr}`);
    return Number(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stop();
  }
}

async function programsOn({ namespace, link, point }: NeighbourHook): Promise<readonly { id: number }[]> {
  return (await device(namespace, link))[point];
}

/** Sends UDP datagrams: exactly that many packets, and nobody else's. */
export async function sendDatagrams(from: Namespace, to: string, count: number, bytes = 100): Promise<void> {
  const script =
    'printf -v text "%*s" "$3" ""; for ((i = 0; i < $2; i++)); do printf %s "$text" >"/dev/udp/$1/9"; done';
  await from.run(["bash", "-euc", script, "bash", to, `${count}`, `${bytes}`]);
}
