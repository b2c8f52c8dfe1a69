/** A cell of the sketch, as bpf/natra/sketch.h describes it: 40 bits of time over 24 bits of backlog. */
const BACKLOG_BITS = 24n;
const BACKLOG_MASK = (1n << BACKLOG_BITS) - 1n;
const TICK = 1024n; // ns
const UNIT = 16n; // bytes

/** Bytes by which the flows of a cell ran ahead when it was last charged. */
export function backlogOf(cell: bigint): number {
  return Number((cell & BACKLOG_MASK) * UNIT);
}

/** The same cell, charged `ns` earlier. */
export function older(cell: bigint, ns: bigint): bigint {
  return BigInt.asUintN(64, cell - (ns / TICK << BACKLOG_BITS));
}

/** Bytes as the sketch counts them: rounded up to whole units. */
export function charged(bytes: number): number {
  return Math.ceil(bytes / Number(UNIT)) * Number(UNIT);
}
