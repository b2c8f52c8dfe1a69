/**
 * A mix in a machine of its own, in virtual time: every instruction takes a nanosecond, whatever else the
 * host does.
 */
import { context } from "../../../scripts/build/context.ts";
import { compileForGuest, rigForGuest } from "../../vm/guest_program.ts";
import { ICOUNT } from "../../kernels/guest_run.ts";
import { RigError } from "../../../tests/rig/run.ts";
import { runInVm } from "../../vm/run.ts";
import { findPeer } from "../../../tests/rig/places.ts";
import { type Answer, findAnswer, type Order } from "./order.ts";

/** Programs that a timing must not have to read from the disk first. */
const WARM = "/w/natra /w/bench /w/requests /w/bandwidth iperf3 tc ip ss nsenter sysctl";
/** MiB: two copies of Deno's runtime in the page cache, and a few processes of it. */
const MEMORY = 1536;
/** Seconds of the host's time. */
const TIMEOUT = 3600;

/** Files for a guest. */
export interface BenchFiles {
  /** A directory whose contents the guest finds in /w. */
  readonly directory: string;
  readonly meterSeconds: number;
}

/**
 * Compiles what a guest needs.
 *
 * @param natra path of natra's executable
 * @throws {RigError} if the bandwidth plugin cannot be had
 */
export async function prepareBenchFiles(natra: string): Promise<BenchFiles> {
  const here = context(false);
  const directory = `${here.build}/bench/guest`;
  const bundle = `${here.build}/bench/bundle`;
  for (const made of [bundle, directory]) await Deno.mkdir(made, { recursive: true });
  const { meterSeconds } = await rigForGuest(here, directory);
  const output = `${directory}/bench`;
  await compileForGuest(here, { script: "lab/bench/vm/guest.ts", bundle, included: [], output });
  await Deno.copyFile(natra, `${directory}/natra`);
  const peer = await findPeer();
  if (!("limiter" in peer)) throw new RigError(`Failed to find the bandwidth plugin: ${peer.missing}`);
  await Deno.copyFile(peer.limiter.spec.binary, `${directory}/bandwidth`);
  return { directory, meterSeconds };
}

/**
 * Runs one mix at one cap.
 *
 * @param kernel as named in lab/vm/kernels.ts
 * @throws {VmError} if the machine ended without a result
 * @throws {RigError} if the guest could not measure
 */
export async function runInGuest(
  kernel: string,
  order: Omit<Order, "meterSeconds">,
  { directory, meterSeconds }: BenchFiles,
): Promise<Answer> {
  const { output } = await runInVm({
    kernel,
    files: [`${directory}/`],
    command: `warm ${WARM} && ./bench '${JSON.stringify({ ...order, meterSeconds })}'`,
    memory: MEMORY,
    timeout: TIMEOUT,
    icount: ICOUNT,
    log: () => {},
  });
  const answer = findAnswer(output);
  if (answer === null) throw new RigError(`Failed to measure in the guest: ${output.slice(-3000)}`);
  return answer;
}
