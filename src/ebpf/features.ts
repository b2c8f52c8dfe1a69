import { Errno } from "../../ffi/errno.ts";
import { address, NativeError } from "../../ffi/native.ts";
import { libbpf } from "./libbpf.ts";

/** BPF attach types of a tcx hook (linux/bpf.h, enum bpf_attach_type). */
export const TcxHook = { ingress: 46, egress: 47 } as const;

const QUERY_OPTS = 64; // sizeof(struct bpf_prog_query_opts)
const MOST_PROGRAMS = 64; // BPF_MPROG_MAX
const LOOPBACK = 1;

/**
 * The tcx programs on an interface's hook, in order.
 *
 * @param ifindex In the network namespace that this thread is in.
 * @returns null where the kernel has no tcx (before 6.6).
 * @throws {NativeError} If the interface is not there.
 */
export function tcxPrograms(ifindex: number, hook: keyof typeof TcxHook): number[] | null {
  const ids = new Uint32Array(MOST_PROGRAMS);
  // sz, query_flags, attach_flags, *prog_ids, count, …
  const opts = new DataView(new ArrayBuffer(QUERY_OPTS));
  opts.setBigUint64(0, BigInt(QUERY_OPTS), true);
  opts.setBigUint64(16, address(ids), true);
  opts.setUint32(24, MOST_PROGRAMS, true);
  const result = libbpf().bpf_prog_query_opts(ifindex, TcxHook[hook], new Uint8Array(opts.buffer));
  if (result === -Errno.EINVAL) return null;
  if (result < 0) throw new NativeError(`query the tcx ${hook} hook of interface ${ifindex}`, -result);
  return [...ids.subarray(0, opts.getUint32(24, true))];
}

/** Whether this kernel has tcx. It queries the loopback interface, which every namespace has. */
export function hasTcx(): boolean {
  return tcxPrograms(LOOPBACK, "egress") !== null;
}
