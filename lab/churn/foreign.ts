/** What belongs to others on the very interfaces that natra works on, and must outlive all of its work. */
import { programs } from "../../tests/rig/programs.ts";
import { Child } from "../../tests/rig/child.ts";
import { pause } from "../../tests/rig/interruption.ts";
import { RigError, run } from "../../tests/rig/run.ts";
import { type Interface, look } from "../../tests/rig/interface_state.ts";

/** Whose: a network policy's program on tcx, one on clsact, an administrator's queue. */
export type ForeignKind = "tcx" | "clsact" | "qdisc";

const PACKETS = 5;

/** One foreign object on an interface of this namespace. Disposing of it ends the program that holds it. */
export class Foreign implements AsyncDisposable {
  #identity = "";

  private constructor(readonly kind: ForeignKind, readonly on: Interface, readonly holder: Child | null) {}

  /**
   * Puts it there.
   *
   * @param kind what
   * @param on an interface of this namespace
   * @returns its owner
   * @throws {RigError} if it cannot be put there
   */
  static async plant(kind: ForeignKind, on: Interface): Promise<Foreign> {
    const { neighbour, counter } = await programs();
    if (kind === "qdisc") {
      const tbf = ["tbf", "rate", "1gbit", "burst", "1mb", "limit", "1mb"];
      await run(["tc", "qdisc", "add", "dev", on.name, "root", "handle", "1:", ...tbf]);
    }
    const where = kind === "tcx" ? ["tail"] : ["1", "1"];
    const holder = kind === "qdisc"
      ? null
      : Child.start([neighbour, kind, counter, on.name, "egress", ...where]);
    const foreign = new Foreign(kind, on, holder);
    for (let tries = 0; tries < 600 && foreign.#identity === ""; tries++) {
      foreign.#identity = await foreign.identify();
      if (foreign.#identity === "") await pause(50);
    }
    if (foreign.#identity !== "") return foreign;
    const said = await holder?.stop();
    throw new RigError(`Failed to put a foreign ${kind} on "${on.name}": "${said?.stderr.trim()}"`);
  }

  /** What tells it from one that was put there again; empty if it is not there. */
  async identify(): Promise<string> {
    const seen = await look(this.on);
    if (this.kind === "qdisc") return seen.qdiscs.find((line) => line.startsWith("qdisc tbf 1: ")) ?? "";
    const program = seen.programs.find(({ name }) => name === "neighbour");
    return program === undefined ? "" : `${program.place}, program ${program.id}`;
  }

  /**
   * Compares it with what it was, and sends packets through it. It is of no use afterwards.
   *
   * @param address an address behind the interface
   * @returns what was done to it, in words, or null
   */
  async damage(address: string): Promise<string | null> {
    const now = await this.identify();
    const what = `foreign ${this.kind} on ${this.on.name}`;
    if (now !== this.#identity) return `${what}: "${this.#identity}" is "${now}" now`;
    const before = await this.passed();
    await run(["bash", "-ec", `for i in {1..${PACKETS}}; do echo >/dev/udp/${address}/9; done`]);
    const passed = this.holder === null
      ? await this.passed() - before
      : Number((await this.holder.stop()).stdout);
    return passed >= PACKETS ? null : `${what}: it saw ${passed} of ${PACKETS} packets`;
  }

  /** Packets that the queue has sent; a program tells its own at its end. */
  private async passed(): Promise<number> {
    if (this.kind !== "qdisc") return 0;
    const shown = await run(["tc", "-s", "-j", "qdisc", "show", "dev", this.on.name, "root"]);
    return (JSON.parse(shown) as [{ packets: number }])[0].packets;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.holder?.stop();
  }
}
