/**
 * A process that competes for a Lease and writes a line to stdout whenever it looks whether it leads. It is
 * given everything as JSON.
 */
import { delay } from "../../src/base/wait.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { LeaderElector } from "../../src/kube/leader_election.ts";
import { recordingLogger } from "../rig/recording_logger.ts";

/** Its argument. */
export interface Contention {
  readonly url: string;
  readonly ca: string;
  readonly token: string;
  readonly lease: string;
  readonly identity: string;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** That it led at a time, as Date.now() of just before; or that its signal was aborted. */
export interface Said {
  readonly what: "leads" | "lost";
  readonly at: number;
}

const EVERY_MS = 50;

async function compete({ url, ca, token, lease, identity, ...durations }: Contention): Promise<void> {
  const address = { url, readCa: () => ca, readToken: () => token, certificate: null };
  using client = new KubeClient(address, { userAgent: identity });
  const { logger } = recordingLogger();
  const name = { namespace: "default", name: lease };
  const elector = new LeaderElector({ client, lease: name, identity, logger, ...durations });
  const stop = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stop.abort());
  const say = (line: Said): void => {
    Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
  };
  await elector.run(async (signal) => {
    while (!signal.aborted) {
      const at = Date.now();
      if (elector.isLeader) say({ what: "leads", at });
      await delay(EVERY_MS, signal);
    }
    say({ what: "lost", at: Date.now() });
  }, stop.signal);
}

if (import.meta.main) {
  await compete(JSON.parse(Deno.args[0] ?? "") as Contention);
  Deno.exit(0);
}
