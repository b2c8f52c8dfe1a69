import { type Attributes, nested, readAttributes, readString, readU32 } from "./attributes.ts";
import { type Attribute, Flag, type Message, type Netlink, Rtm, string, u32 } from "./netlink.ts";
import { Tca, tcmsg } from "./tc.ts";

const ETH_P_ALL = 0x0300; // in network byte order
const TcaBpf = { ACT: 1, FD: 6, NAME: 7, ID: 11 } as const;
const TcaAct = { KIND: 1, OPTIONS: 2 } as const;
const TCA_MIRRED_PARMS = 2;
const TCA_EGRESS_REDIR = 1;
const TC_ACT_STOLEN = 4;
const TC_MIRRED = 28; // sizeof(struct tc_mirred): index, capab, action, refcnt, bindcnt, eaction, ifindex

/** A filter that sends every packet that its program matches to another interface, as if that one sent it. */
export interface RedirectFilter {
  readonly index: number;
  /** A hook of clsact. */
  readonly parent: number;
  readonly priority: number;
  readonly handle: number;
  /** A loaded program's descriptor, and what the filter is to be called. What it returns only says whether it matches. */
  readonly program: number;
  readonly name: string;
  /** The interface in the same namespace that the packets go to. */
  readonly to: number;
}

/** Adds it, or replaces the one with its handle. @throws {NativeError} If the kernel refuses, or has no act_mirred. */
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
    what: `redirect what arrives at interface ${index} to interface ${to}`,
    type: Rtm.NEWTFILTER,
    flags: Flag.CREATE | Flag.REPLACE,
    header: tcmsg({ index, handle, parent, info: ((priority << 16) | ETH_P_ALL) >>> 0 }),
    attributes: [
      [Tca.KIND, string("bpf")],
      [Tca.OPTIONS, [[TcaBpf.FD, u32(program)], [TcaBpf.NAME, string(name)], [TcaBpf.ACT, [[1, mirred]]]]],
    ],
  });
}

/** Whether any filter hangs on a parent, for example clsact's egress hook. @throws {NativeError} */
export function hasFilters(netlink: Netlink, index: number, parent: number): boolean {
  let count = 0;
  netlink.request({
    what: `list the filters of interface ${index}`,
    type: Rtm.GETTFILTER,
    flags: Flag.DUMP,
    header: tcmsg({ index, parent }),
  }, ({ header }) => {
    if (header.getInt32(4, true) === index) count++;
  });
  return count > 0;
}

/** A filter, as the kernel has it. */
export interface TcFilter {
  readonly kind: string;
  readonly priority: number;
  readonly handle: number;
  /** Of a program: its id and the name that it was attached with. */
  readonly program: { readonly id: number; readonly name: string } | null;
  /** The interfaces, by index, that its actions redirect packets to. */
  readonly redirectsTo: readonly number[];
}

const TCA_CHAIN = 11;
/** Of a u32 handle: the filter in its hash table; the table itself has none. */
const U32_NODE = 0xfff;
/** Where each kind of filter keeps its actions among its options. */
const ACTIONS: Readonly<Record<string, number>> = { bpf: 1, matchall: 2, basic: 3, flower: 3, fw: 4, u32: 7 };

/** The filters on a parent, in the order in which packets meet them. @throws {NativeError} */
export function listFilters(netlink: Netlink, index: number, parent: number): TcFilter[] {
  const filters: TcFilter[] = [];
  netlink.request({
    what: `list the filters of interface ${index}`,
    type: Rtm.GETTFILTER,
    flags: Flag.DUMP,
    header: tcmsg({ index, parent }),
  }, (message) => {
    const { header, attributes } = message;
    // A kind's first message is about all of its filters; other chains are reached only from filters of the first.
    const own = header.getInt32(4, true) === index && attributes.has(Tca.OPTIONS);
    if (!own || readU32(attributes, TCA_CHAIN)) return;
    const filter = readFilter(message);
    const isTable = filter.kind === "u32" && (filter.handle & U32_NODE) === 0;
    if (filter.handle !== 0 && !isTable) filters.push(filter);
  });
  return filters;
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

/** Where an action sends packets. @returns null if it does something else. */
function redirection(action: Attributes): number | null {
  if (readString(action, TcaAct.KIND) !== "mirred") return null;
  const parameters = nested(action, TcaAct.OPTIONS).get(TCA_MIRRED_PARMS);
  if (parameters === undefined || parameters.byteLength < TC_MIRRED) return null;
  return parameters.getInt32(20, true) === TCA_EGRESS_REDIR ? parameters.getUint32(24, true) : null;
}
