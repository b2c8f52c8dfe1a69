import { Errno } from "../../ffi/errno.ts";
import { type Attributes, readString, readU32 } from "./attributes.ts";
import { type Attribute, string, u32 } from "./encode.ts";
import { afOf, familyOf, IP_FAMILIES, type IpFamily, parseAddress, type Prefix, readAddress } from "./ip.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { attempt, type Change, RtnlType } from "./rtnetlink.ts";
import { defined, readU8, u8 } from "./values.ts";

/** What a rule does with the packets that it matches, by the kernel's numbers (FR_ACT_*). */
const ACTIONS = {
  lookup: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;
/** What a rule does: `lookup` asks its table; `goto` goes on at another rule. */
export type RuleAction = keyof typeof ACTIONS;

/** A policy routing rule. */
export interface Rule {
  readonly family: IpFamily;
  /** Rules are tried from the lowest priority on. */
  readonly priority: number;
  /** Lookup by default. */
  readonly action?: RuleAction;
  /** The route table of a lookup. */
  readonly table?: number;
  /** The priority of the rule that `goto` leads to. */
  readonly target?: number;
  /** Matches packets with `skb->mark & markMask === mark`; the mask is all bits by default. */
  readonly mark?: number;
  readonly markMask?: number;
  readonly source?: Prefix;
  readonly destination?: Prefix;
  /** The interface by which a packet arrives; `lo` for this machine's own packets. */
  readonly inputInterface?: string;
  readonly outputInterface?: string;
  /** Ignores the table's routes with prefixes of this length and shorter. */
  readonly suppressPrefixLength?: number;
  /** Matches what the rule would not match otherwise. */
  readonly isInverted?: boolean;
  /** Who made the rule; see RouteProtocol. */
  readonly protocol?: number;
}

/** A rule, as the kernel describes it. */
export type RuleState = Rule & Required<Pick<Rule, "action">>;

const FIB_RULE_HDR = 12;
const Fra = {
  DST: 1,
  SRC: 2,
  IIFNAME: 3,
  GOTO: 4,
  PRIORITY: 6,
  FWMARK: 10,
  SUPPRESS_PREFIXLEN: 14,
  TABLE: 15,
  FWMASK: 16,
  OIFNAME: 17,
  PROTOCOL: 21,
} as const;
const FIB_RULE_INVERT = 2;
const ALL_BITS = 0xffffffff;
const MAX_TABLE_IN_HEADER = 255;
const NO_SUPPRESSION = 0xffffffff;

function headerOf(rule: Rule): Uint8Array<ArrayBuffer> {
  const { family, action = "lookup", table = 0, source, destination, isInverted } = rule;
  const header = new DataView(new ArrayBuffer(FIB_RULE_HDR));
  header.setUint8(0, afOf(family));
  header.setUint8(1, destination?.length ?? 0);
  header.setUint8(2, source?.length ?? 0);
  header.setUint8(4, table > MAX_TABLE_IN_HEADER ? 0 : table);
  header.setUint8(7, ACTIONS[action]);
  header.setUint32(8, isInverted ? FIB_RULE_INVERT : 0, true);
  return new Uint8Array(header.buffer);
}

function attributesOf(rule: Rule): Attribute[] {
  const attributes: Attribute[] = [[Fra.PRIORITY, u32(rule.priority)]];
  if (rule.table !== undefined) attributes.push([Fra.TABLE, u32(rule.table)]);
  if (rule.target !== undefined) attributes.push([Fra.GOTO, u32(rule.target)]);
  if (rule.mark !== undefined) {
    attributes.push([Fra.FWMARK, u32(rule.mark)], [Fra.FWMASK, u32(rule.markMask ?? ALL_BITS)]);
  }
  if (rule.source !== undefined) attributes.push([Fra.SRC, parseAddress(rule.source.address)]);
  if (rule.destination !== undefined) attributes.push([Fra.DST, parseAddress(rule.destination.address)]);
  if (rule.inputInterface !== undefined) attributes.push([Fra.IIFNAME, string(rule.inputInterface)]);
  if (rule.outputInterface !== undefined) attributes.push([Fra.OIFNAME, string(rule.outputInterface)]);
  if (rule.suppressPrefixLength !== undefined) {
    attributes.push([Fra.SUPPRESS_PREFIXLEN, u32(rule.suppressPrefixLength)]);
  }
  if (rule.protocol !== undefined) attributes.push([Fra.PROTOCOL, u8(rule.protocol)]);
  return attributes;
}

function send(netlink: Netlink, verb: string, type: number, flags: number, rule: Rule): void {
  netlink.request({
    what: `${verb} ${rule.family} rule ${rule.priority}`,
    type,
    flags,
    header: headerOf(rule),
    attributes: attributesOf(rule),
  });
}

/** Adds a rule. @throws {NativeError} EEXIST if there is an equal one. */
export function addRule(netlink: Netlink, rule: Rule): void {
  send(netlink, "add", RtnlType.NEWRULE, Flag.CREATE | Flag.EXCL, rule);
}

/**
 * Makes a rule the only one of its family and priority. The others go after it is there, so that a packet
 * always meets one of them.
 *
 * @throws {NativeError}
 */
export function replaceRule(netlink: Netlink, rule: Rule): void {
  const others = listRules(netlink, { family: rule.family }).filter(({ priority }) =>
    priority === rule.priority
  );
  const isAdded = attempt([Errno.EEXIST], () => addRule(netlink, rule));
  const wanted = isAdded ? null : fingerprint(rule);
  for (const other of others) if (fingerprint(other) !== wanted) deleteRule(netlink, other);
}

/** Deletes the first rule that has all that is given. @returns Whether it was there. @throws {NativeError} */
export function deleteRule(netlink: Netlink, rule: Rule): boolean {
  return attempt([Errno.ENOENT], () => send(netlink, "delete", RtnlType.DELRULE, 0, rule));
}

/** What the kernel compares, in the words of a message: two rules that differ in nothing of it are equal. */
function fingerprint(rule: Rule): string {
  const plain = { ...rule, table: rule.table ?? 0 };
  return `${headerOf(plain)} ${
    attributesOf(plain).filter(([type]) => type !== Fra.PROTOCOL).map(([type, value]) => `${type}=${value}`)
  }`;
}

/** Which rules to list; all if empty. */
export interface RuleFilter {
  readonly family?: IpFamily;
}

/** The rules in the socket's namespace, in the order in which they are tried. @throws {NativeError} */
export function listRules(netlink: Netlink, { family }: RuleFilter = {}): RuleState[] {
  const families = family === undefined ? IP_FAMILIES : [family];
  return families.flatMap((family) => {
    const header = new Uint8Array(FIB_RULE_HDR);
    header[0] = afOf(family);
    return netlink.dump({ what: `list the ${family} rules`, type: RtnlType.GETRULE, header }, readRule);
  });
}

/**
 * Reads RTM_NEWRULE or RTM_DELRULE.
 *
 * @returns null for a rule of another family, or with an unknown action.
 */
export function readRule({ header, attributes }: Message): RuleState | null {
  const family = IP_FAMILIES.find((one) => afOf(one) === header.getUint8(0));
  const [action] = Object.entries(ACTIONS).find(([, number]) => number === header.getUint8(7)) ?? [];
  if (family === undefined || action === undefined) return null;
  const table = readU32(attributes, Fra.TABLE) ?? header.getUint8(4);
  const suppressed = readU32(attributes, Fra.SUPPRESS_PREFIXLEN);
  return defined<RuleState>({
    family,
    priority: readU32(attributes, Fra.PRIORITY) ?? 0,
    action: action as RuleAction,
    table: table === 0 ? undefined : table,
    target: readU32(attributes, Fra.GOTO),
    ...readMark(attributes),
    source: prefixOf(family, header.getUint8(2), readAddress(attributes, Fra.SRC)),
    destination: prefixOf(family, header.getUint8(1), readAddress(attributes, Fra.DST)),
    inputInterface: nameOf(attributes, Fra.IIFNAME),
    outputInterface: nameOf(attributes, Fra.OIFNAME),
    suppressPrefixLength: suppressed === NO_SUPPRESSION ? undefined : suppressed,
    isInverted: (header.getUint32(8, true) & FIB_RULE_INVERT) !== 0 || undefined,
    protocol: readU8(attributes, Fra.PROTOCOL),
  });
}

function readMark(attributes: Attributes): Record<"mark" | "markMask", number | undefined> {
  const markMask = readU32(attributes, Fra.FWMASK);
  const mark = readU32(attributes, Fra.FWMARK);
  // The kernel shows the mask without a mark for mark 0, and a full mask always.
  if (markMask === undefined) return { mark, markMask: undefined };
  return { mark: mark ?? 0, markMask: markMask === ALL_BITS ? undefined : markMask };
}

function prefixOf(family: IpFamily, length: number, address: string | undefined): Prefix | undefined {
  return address === undefined || familyOf(address) !== family ? undefined : { address, length };
}

function nameOf(attributes: Attributes, type: number): string | undefined {
  const name = readString(attributes, type);
  return name === "" ? undefined : name;
}

/** A change of a rule. */
export interface RuleEvent {
  readonly about: "rule";
  readonly change: Change;
  readonly rule: RuleState;
}

/** The change that a message of the groups IPV4_RULE and IPV6_RULE reports; null for any other message. */
export function ruleEvent(message: Message): RuleEvent | null {
  if (message.type !== RtnlType.NEWRULE && message.type !== RtnlType.DELRULE) return null;
  const rule = readRule(message);
  const change = message.type === RtnlType.NEWRULE ? "new" : "deleted";
  return rule === null ? null : { about: "rule", change, rule };
}
