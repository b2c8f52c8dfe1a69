import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { type Attribute, encodeMessage } from "./encode.ts";
import { eachMessage, errorOf } from "./messages.ts";
import { Flag, type Netlink, type Request } from "./netlink.ts";
import { MSG_DONTWAIT, Option } from "./socket.ts";

/** Subsystems of NETLINK_NETFILTER (linux/netfilter/nfnetlink.h). */
export const Subsystem = { CONNTRACK: 1, NFTABLES: 10 } as const;
/** Protocol families of netfilter (NFPROTO_*). */
export const NfProto = { UNSPEC: 0, INET: 1, IPV4: 2, IPV6: 10 } as const;
/** Multicast groups of netfilter (NFNLGRP_*). */
export const NfGroup = { CONNTRACK_NEW: 1, CONNTRACK_UPDATE: 2, CONNTRACK_DESTROY: 3, NFTABLES: 7 } as const;

/** Bytes of struct nfgenmsg: family, version, and an id in network byte order. */
export const NFGENMSG = 4;
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
const RECEIVE_BUFFER_BYTES = 32768;
const NLMSG_ERROR = 2;

/** A message to a subsystem. */
export interface NfMessage {
  /** What is being done, for the error. */
  readonly what: string;
  /** The subsystem's number of the message. */
  readonly message: number;
  /** One of {@linkcode NfProto}. */
  readonly family: number;
  readonly flags?: number;
  readonly attributes?: readonly Attribute[];
}

function nfgenmsg(family: number, id = 0): Uint8Array<ArrayBuffer> {
  return new Uint8Array([family, 0, id >> 8, id & 0xff]);
}

/** A request as the socket takes it, for {@linkcode Netlink.request} or {@linkcode Netlink.dump}. */
export function nfRequest(subsystem: number, { message, family, ...rest }: NfMessage): Request {
  return { ...rest, type: (subsystem << 8) | message, header: nfgenmsg(family) };
}

/** A message of a batch that the kernel refused. */
export interface BatchFailure {
  /** Its place in the batch, from 0 on; -1 for the batch as a whole. */
  readonly index: number;
  readonly error: NativeError;
}

/** A batch of which the kernel did nothing. It is the error of the first message that was refused. */
export class BatchError extends NativeError {
  /** @param failures All messages that were refused, the first one first. */
  constructor(first: NativeError, readonly failures: readonly BatchFailure[]) {
    super(first.call, first.code, first.log);
  }
}

/**
 * Sends messages that the kernel carries out together: all, or none of them.
 *
 * @param netlink A socket of Bus.NETFILTER.
 * @param messages Together at most about 200 KB.
 * @throws {BatchError} If the kernel refuses; it says which messages.
 * @throws {NativeError} If the batch cannot be sent.
 */
export function sendBatch(netlink: Netlink, subsystem: number, messages: readonly NfMessage[]): void {
  if (messages.length === 0) return;
  const what = `change netfilter by ${messages.length} messages`;
  const first = netlink.takeSequence(messages.length + 2) + 1;
  const frame = (type: number, sequence: number): Uint8Array =>
    encodeMessage({ what, type, flags: Flag.REQUEST, header: nfgenmsg(NfProto.UNSPEC, subsystem) }, sequence);
  const parts = messages.map((message, index) => {
    const request = nfRequest(subsystem, message);
    // One acknowledgement proves that the kernel came to the end.
    const flags = Flag.REQUEST | (request.flags ?? 0) | (index === messages.length - 1 ? Flag.ACK : 0);
    return encodeMessage({ ...request, flags }, (first + index) >>> 0);
  });
  const batch = [
    frame(BATCH_BEGIN, (first - 1) >>> 0),
    ...parts,
    frame(BATCH_END, (first + messages.length) >>> 0),
  ];
  netlink.socket.setOption(Option.CAP_ACK, 1); // errors must not quote whole messages: they would not fit
  netlink.socket.send(what, join(batch));
  const { failures, isEnded } = readOutcome(netlink, what, first, messages);
  const [worst] = failures;
  if (worst !== undefined) throw new BatchError(worst.error, failures);
  if (!isEnded) throw new NativeError(what, Errno.EPROTO);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What the kernel answered. It did so before sending returned. */
function readOutcome(
  netlink: Netlink,
  what: string,
  first: number,
  messages: readonly NfMessage[],
): { failures: BatchFailure[]; isEnded: boolean } {
  const failures: BatchFailure[] = [];
  const buffer = new Uint8Array(RECEIVE_BUFFER_BYTES);
  let isEnded = false;
  for (;;) {
    const bytes = receiveNow(netlink, what, buffer);
    if (bytes === null) break;
    eachMessage(what, bytes, (frame) => {
      const index = (frame.sequence - first) | 0;
      if (frame.type !== NLMSG_ERROR || index < -1 || index > messages.length) return false;
      const error = errorOf(messages[index]?.what ?? what, frame);
      if (error === null) isEnded ||= index === messages.length - 1;
      else failures.push({ index: messages[index] === undefined ? -1 : index, error });
      return false;
    });
  }
  return { failures: failures.sort((a, b) => a.index - b.index), isEnded };
}

function receiveNow(
  netlink: Netlink,
  what: string,
  buffer: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | null {
  try {
    return netlink.socket.receive(what, buffer, MSG_DONTWAIT);
  } catch (error) {
    if (error instanceof NativeError && error.code === Errno.EAGAIN) return null;
    throw error;
  }
}
