/** What candidates for a Lease must do, each in a process of its own. */
import { assertEquals } from "@std/assert";
import { LEASES } from "../../src/kube/resource.ts";
import { Wire } from "../rig/cluster/wire.ts";
import type { Contention, Said } from "./contender.ts";
import { type Scenario, type Stage, until } from "./stage.ts";

const SCRIPT = new URL("./contender.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const API_PORT = 6443;
/** Quicker than any real one, so that the test is. */
const SHORT = { leaseDurationMs: 3000, renewDeadlineMs: 2000, retryPeriodMs: 300 };
/** Longer than any step of the test may take. */
const LONG = { leaseDurationMs: 120_000, renewDeadlineMs: 60_000, retryPeriodMs: 300 };

/** A candidate's process. Disposing of it kills it. */
class Contender implements AsyncDisposable {
  readonly said: Said[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;

  constructor(
    { api }: Stage,
    readonly identity: string,
    lease: string,
    durations: typeof SHORT,
    port?: number,
  ) {
    const { url, readCa, readToken } = api.address(port);
    const contention: Contention = {
      url,
      ca: readCa(),
      token: readToken() ?? "",
      lease,
      identity,
      ...durations,
    };
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--allow-all",
        `--config=${CONFIG}`,
        SCRIPT,
        JSON.stringify(contention),
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  signal(name: Deno.Signal): void {
    this.#process.kill(name);
  }

  /** Waits until it says that it leads, or that it leads again. */
  async leads(): Promise<void> {
    const from = this.said.length;
    await until(`see ${this.identity} lead`, () => this.said.slice(from).some(isLeading) ? true : null);
  }

  /** Waits for its end. */
  async ended(): Promise<number> {
    const { code } = await this.#process.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended
    }
    await this.ended();
  }

  async #read(): Promise<void> {
    let text = "";
    for await (const part of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (text + part).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) this.said.push(JSON.parse(line) as Said);
    }
  }
}

function isLeading({ what }: Said): boolean {
  return what === "leads";
}

/**
 * Moments at which a contender led while another one did: between two moments at which that one led, and
 * never lost it.
 */
function overlaps(contenders: readonly Contender[]): string[] {
  return contenders.flatMap((one) =>
    reignsOf(one.said).flatMap(([begin, end]) =>
      contenders.filter((other) => other !== one).flatMap(({ identity, said }) =>
        said.filter((line) => isLeading(line) && line.at > begin && line.at < end)
          .map(({ at }) => `${identity} at ${at}, ${one.identity} from ${begin} to ${end}`)
      )
    )
  );
}

/** From when to when a contender led, as often as it did. */
function reignsOf(said: readonly Said[]): [begin: number, end: number][] {
  const reigns: [number, number][] = [];
  let last: [number, number] | null = null;
  for (const { what, at } of said) {
    if (what === "lost") last = null;
    else if (last !== null) last[1] = at;
    else reigns.push(last = [at, at]);
  }
  return reigns;
}

async function holderOf({ client, signal }: Stage, lease: string): Promise<unknown> {
  const { spec } = await client.get(LEASES, { namespace: "default", name: lease }, signal);
  return (spec as { readonly holderIdentity?: string }).holderIdentity;
}

export const LEASE_SCENARIOS: readonly Scenario[] = [
  {
    name: "a leader that is cut off, stands still or is killed is followed by another one: never do two lead",
    run: async (stage) => {
      await using wire = new Wire(API_PORT);
      await using one = new Contender(stage, "one", "lost", SHORT, wire.port);
      await one.leads();
      await using two = new Contender(stage, "two", "lost", SHORT);
      await until("see two compete", async () => (await stage.api.audited("two")).length > 2 ? true : null);
      wire.unplug();
      await two.leads();
      await until("see one notice", () => one.said.at(-1)?.what === "lost" ? true : null);
      wire.plugIn();
      two.signal("SIGSTOP");
      await one.leads();
      two.signal("SIGCONT");
      await until("see two notice", () => two.said.at(-1)?.what === "lost" ? true : null);
      one.signal("SIGKILL");
      await two.leads();
      assertEquals(overlaps([one, two]), []);
    },
  },
  {
    name: "a leader that ends releases its Lease, long before it would run out",
    run: async (stage) => {
      await using one = new Contender(stage, "first", "released", LONG);
      await one.leads();
      await using two = new Contender(stage, "second", "released", LONG);
      await until("see the second compete", async () => {
        return (await stage.api.audited("second")).length > 2 ? true : null;
      });
      one.signal("SIGTERM");
      assertEquals([await one.ended(), one.said.at(-1)?.what], [0, "lost"]);
      await two.leads();
      two.signal("SIGTERM");
      await two.ended();
      assertEquals([overlaps([one, two]), await holderOf(stage, "released")], [[], ""]);
    },
  },
];
