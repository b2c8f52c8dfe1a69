import { type Attributes, nested, readAttributes, readString, readU32 } from "./attributes.ts";
import { type Attribute, string, u32 } from "./encode.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink, Rtm } from "./netlink.ts";
import { Tca, tcmsg } from "./tc.ts";

const ETH_P_ALL = 0x0300; // in network byte order
const TcaBpf = { ACT: 1, FD: 6, NAME: 7, ID: 11 } as const;
const TcaAct = { KIND: 1, OPTIONS: 2 } as const;
const TCA_MIRRED_PARMS = 2;
const TCA_EGRESS_REDIR = 1;
const TC_ACT_STOLEN = 4;
const TC_MIRRED = 28; // sizeof(struct tc_mirred): index, capab, action, refcnt, bindcnt, eaction, ifindex

/** A filter that redirects every packet that its program matches to the egress of another interface. */
export interface RedirectFilter {
  readonly index: number;
  /** A hook of clsact. */
  readonly parent: number;
  readonly priority: number;
  readonly handle: number;
  /** The descriptor of a loaded program; its return value only says whether the packet matches. */
  readonly program: number;
  /** The filter's name. */
  readonly name: string;
  /** The index of the target interface in the same namespace. */
  readonly to: number;
}

/**
 * Adds the filter, or replaces the filter with its handle.
 *
 * @throws {NativeError} If the kernel refuses, or has no act_mirred.
 */
export function putRedirect(netlink: Netlink, filter: RedirectFilter): void {
  const { index, parent, priority, handle, program, name, to } = filter;
  const parameters = new DataView(new ArrayBuffer(TC_MIRRED));
  parameters.setInt32(8, TC_ACT_STOLEN, true);
  parameters.setInt32(20, TCA_EGRESS_REDIR, true);
  parameters.setUint32(24, to, true);
  const mirred: readonly Attribute[] = [
    [TcaAct.KIND, string("mirred")],
    [TcaAct.OPTIONS, [[TCA_MIRRED_PARMS, new Uint8Array(parameters.buffer)]]],
  ];
  netlink.request({
    what: `redirect packets from interface ${index} to interface ${to}`,
    type: Rtm.NEWTFILTER,
    flags: Flag.CREATE | Flag.REPLACE,
    header: tcmsg({ index, handle, parent, info: ((priority << 16) | ETH_P_ALL) >>> 0 }),
    attributes: [
      [Tca.KIND, string("bpf")],
      [Tca.OPTIONS, [[TcaBpf.FD, u32(program)], [TcaBpf.NAME, string(name)], [TcaBpf.ACT, [[1, mirred]]]]],
    ],
  });
}

/** Whether a parent, for example clsact's egress hook, has any filter. @throws {NativeError} */
export function hasFilters(netlink: Netlink, index: number, parent: number): boolean {
  return dump(netlink, index, parent, () => true).length > 0;
}

function dump<T>(netlink: Netlink, index: number, parent: number, read: (message: Message) => T | null): T[] {
  return netlink.dump({
    what: `list the filters of interface ${index}`,
    type: Rtm.GETTFILTER,
    header: tcmsg({ index, parent }),
  }, (message) => message.header.getInt32(4, true) === index ? read(message) : null);
}

/** A filter, as the kernel describes it. */
export interface TcFilter {
  readonly kind: string;
  readonly priority: number;
  readonly handle: number;
  /** The program's id, and the name that it was attached with. */
  readonly program: { readonly id: number; readonly name: string } | null;
  /** The interfaces, by index, that its actions redirect packets to. */
  readonly redirectsTo: readonly number[];
}

const TCA_CHAIN = 11;
/**
 * The bits of a u32 handle that number the filter in its hash table; they are 0 in the table's own handle.
 */
const U32_NODE = 0xfff;
/** The option in which each kind of filter keeps its actions. */
const ACTIONS: Readonly<Record<string, number>> = { bpf: 1, matchall: 2, basic: 3, flower: 3, fw: 4, u32: 7 };

/** The filters on a parent, in the order in which packets meet them. @throws {NativeError} */
export function listFilters(netlink: Netlink, index: number, parent: number): TcFilter[] {
  return dump(netlink, index, parent, (message) => {
    const { attributes } = message;
    // The first message about a kind is about all of its filters. Other chains are reached only from filters
    // of chain 0.
    if (!attributes.has(Tca.OPTIONS) || readU32(attributes, TCA_CHAIN)) return null;
    const filter = readFilter(message);
    const isTable = filter.kind === "u32" && (filter.handle & U32_NODE) === 0;
    return filter.handle !== 0 && !isTable ? filter : null;
  });
}

function readFilter({ header, attributes }: Message): TcFilter {
  const kind = readString(attributes, Tca.KIND);
  const options = nested(attributes, Tca.OPTIONS);
  const id = kind === "bpf" ? readU32(options, TcaBpf.ID) : undefined;
  const actions = nested(options, ACTIONS[kind] ?? 0);
  return {
    kind,
    priority: header.getUint32(16, true) >>> 16,
    handle: header.getUint32(8, true),
    program: id === undefined ? null : { id, name: readString(options, TcaBpf.NAME) },
    redirectsTo: [...actions.values()].map((action) => redirection(readAttributes(action)))
      .filter((to) => to !== null),
  };
}

/** The interface to which an action redirects packets. @returns null if the action does something else. */
function redirection(action: Attributes): number | null {
  if (readString(action, TcaAct.KIND) !== "mirred") return null;
  const parameters = nested(action, TcaAct.OPTIONS).get(TCA_MIRRED_PARMS);
  if (parameters === undefined || parameters.byteLength < TC_MIRRED) return null;
  return parameters.getInt32(20, true) === TCA_EGRESS_REDIR ? parameters.getUint32(24, true) : null;
}
