import { readString } from "./attributes.ts";
import type { Message } from "./messages.ts";
import type { Change } from "./rtnetlink.ts";
import { Tca } from "./tc.ts";

/** A change of a qdisc, a class or a filter. */
export interface TcEvent {
  readonly about: "qdisc" | "class" | "filter";
  readonly change: Change;
  /** The interface's index. */
  readonly index: number;
  readonly kind: string;
  readonly handle: number;
  readonly parent: number;
}

const TYPES: ReadonlyMap<number, Pick<TcEvent, "about" | "change">> = new Map([
  [36, { about: "qdisc", change: "new" }],
  [37, { about: "qdisc", change: "deleted" }],
  [40, { about: "class", change: "new" }],
  [41, { about: "class", change: "deleted" }],
  [44, { about: "filter", change: "new" }],
  [45, { about: "filter", change: "deleted" }],
]);

/** The change that a message of the group TC reports; null for any other message. */
export function tcEvent({ type, header, attributes }: Message): TcEvent | null {
  const found = TYPES.get(type);
  return found === undefined ? null : {
    ...found,
    index: header.getInt32(4, true),
    kind: readString(attributes, Tca.KIND),
    handle: header.getUint32(8, true),
    parent: header.getUint32(12, true),
  };
}
