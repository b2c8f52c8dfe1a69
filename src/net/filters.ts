import { type Attribute, Flag, type Netlink, Rtm, string, u32 } from "./netlink.ts";
import { Tca, tcmsg } from "./tc.ts";

const ETH_P_ALL = 0x0300; // in network byte order
const TcaBpf = { ACT: 1, FD: 6, NAME: 7 } as const;
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
