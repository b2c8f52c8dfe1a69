import { checkErrno, libc } from "../../ffi/native.ts";

const CLOCK_MONOTONIC = 1;
const TIMESPEC = 16;

/** The clock that BPF programs read (bpf_ktime_get_ns), in ns: it stops while the machine is suspended. */
export function monotonicNow(): bigint {
  const time = new DataView(new ArrayBuffer(TIMESPEC));
  checkErrno("read the monotonic clock", libc.clock_gettime(CLOCK_MONOTONIC, new Uint8Array(time.buffer)));
  return time.getBigInt64(0, true) * 1_000_000_000n + time.getBigInt64(8, true);
}
