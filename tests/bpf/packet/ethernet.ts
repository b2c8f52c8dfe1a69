/** Frames: Ethernet, its VLAN tags, and what is no IP. */
import { be16, concat, type Layer } from "./layer.ts";

/** EtherTypes. */
export const EtherType = {
  IPV4: 0x0800,
  ARP: 0x0806,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  QINQ: 0x88a8,
} as const;

const TO = [2, 0, 0, 0, 0, 2];
const FROM = [2, 0, 0, 0, 0, 1];

/** A whole frame, without its check sequence. */
export function ethernet({ type, bytes }: Layer): Uint8Array<ArrayBuffer> {
  return concat(TO, FROM, be16(type), bytes);
}

/** An 802.1Q tag inside the frame. */
export function vlan(id: number, { type, bytes }: Layer, tag: number = EtherType.VLAN): Layer {
  return { type: tag, bytes: concat(be16(id), be16(type), bytes) };
}

/** Two tags: 802.1ad outside, 802.1Q inside. */
export function qinq(outer: number, inner: number, layer: Layer): Layer {
  return vlan(outer, vlan(inner, layer), EtherType.QINQ);
}

/** An ARP request. */
export function arp(): Layer {
  const bytes = concat(
    [0, 1, 8, 0, 6, 4, 0, 1],
    FROM,
    [10, 0, 0, 1],
    [0, 0, 0, 0, 0, 0],
    [10, 0, 0, 2],
  );
  return { type: EtherType.ARP, bytes };
}

/** A frame of any type, with any content. */
export function raw(type: number, bytes: readonly number[] | Uint8Array): Layer {
  return { type, bytes: concat(bytes) };
}
