/** BPF_PROG_RUN: a loaded program on one packet, or on the same packet many times. */
import { address, checkNegative } from "../../ffi/native.ts";
import { libbpf } from "./libbpf.ts";

/** What the kernel lets a test say of a packet beside its bytes (struct __sk_buff). */
export interface Metadata {
  /** The bytes of a segment's payload, for a GSO packet. */
  readonly gsoSize?: number;
  /** Its segments; 0, as untrusted sources leave it, unless given. */
  readonly gsoSegs?: number;
  /** Its departure, ns, as the stack's own pacing sets it. */
  readonly tstamp?: bigint;
  /** The time, ns, for a program that takes it from the packet (clocked.bpf.c). */
  readonly at?: bigint;
  /** How often to run it, each time on what the last run left; default: once. */
  readonly repeat?: number;
}

/** What became of a packet. */
export interface Outcome {
  /** The verdict of the last run: -1 is TCX_NEXT. */
  readonly verdict: number;
  readonly priority: number;
  /** ns */
  readonly tstamp: bigint;
  /** The packet's bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** ns a run, the kernel's own average. */
  readonly duration: number;
}

const OPTS = 80; // sizeof(struct bpf_test_run_opts)
const SK_BUFF = 192; // sizeof(struct __sk_buff)
const LARGEST = 4096; // the kernel takes less than a page
const PRIORITY = 32, CB = 48, TSTAMP = 152, GSO_SEGS = 164, GSO_SIZE = 176; // offsets in struct __sk_buff

const skb = new DataView(new ArrayBuffer(SK_BUFF));
const output = new Uint8Array(LARGEST);
const opts = new DataView(new ArrayBuffer(OPTS));
const optsBytes = new Uint8Array(opts.buffer);
opts.setBigUint64(0, BigInt(OPTS), true);
opts.setBigUint64(16, address(output), true);
opts.setBigUint64(32, address(skb), true);
opts.setBigUint64(40, address(skb), true);

/**
 * Runs a program on a packet.
 *
 * @param program A descriptor.
 * @param packet From its Ethernet header on; 15 bytes at least, 3.6 KB at most.
 * @throws {NativeError} If the kernel refuses to run it.
 */
export function progRun(program: number, packet: Uint8Array<ArrayBuffer>, metadata: Metadata = {}): Outcome {
  new Uint8Array(skb.buffer).fill(0);
  skb.setBigUint64(CB, metadata.at ?? 0n, true);
  skb.setBigUint64(TSTAMP, metadata.tstamp ?? 0n, true);
  skb.setUint32(GSO_SEGS, metadata.gsoSegs ?? 0, true);
  skb.setUint32(GSO_SIZE, metadata.gsoSize ?? 0, true);
  opts.setBigUint64(8, address(packet), true);
  opts.setUint32(24, packet.length, true);
  opts.setUint32(28, LARGEST, true);
  opts.setUint32(48, SK_BUFF, true);
  opts.setUint32(52, SK_BUFF, true);
  opts.setInt32(60, metadata.repeat ?? 1, true);
  checkNegative("run a program", libbpf.bpf_prog_test_run_opts(program, optsBytes));
  return {
    verdict: opts.getInt32(56, true),
    priority: skb.getUint32(PRIORITY, true),
    tstamp: skb.getBigUint64(TSTAMP, true),
    data: output.slice(0, opts.getUint32(28, true)),
    duration: opts.getUint32(64, true),
  };
}
