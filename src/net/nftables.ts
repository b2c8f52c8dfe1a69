import { Errno } from "../../ffi/errno.ts";
import { nested, readString } from "./attributes.ts";
import { type Attribute, string } from "./encode.ts";
import { eachNested } from "./generic.ts";
import type { Message } from "./messages.ts";
import { Flag, type Netlink } from "./netlink.ts";
import { type NfMessage, NfProto, nfRequest, sendBatch, Subsystem } from "./nfnetlink.ts";
import type { Expression } from "./nft_expressions.ts";
import { attempt } from "./rtnetlink.ts";
import { be32, be64, bytesOf, defined, readBe64 } from "./values.ts";

/** The family of a table: IPv4, IPv6, or `inet` for both. */
export type NftFamily = "ip" | "ip6" | "inet";
/** Where packets meet a chain. */
export type NftHook = "prerouting" | "input" | "forward" | "output" | "postrouting";

/** A rule: its expressions in order, and a comment. */
export interface NftRule {
  /** At most 127 bytes. */
  readonly comment?: string;
  readonly expressions: readonly Expression[];
}

/** A chain: a base chain if it has a hook, else a target of jumps. */
export interface NftChain {
  readonly name: string;
  readonly hook?: NftHook;
  readonly type?: "filter" | "nat" | "route";
  /** Lower ones come first: conntrack −200, mangle −150, dstnat −100, filter 0, srcnat 100. */
  readonly priority?: number;
  /** What happens to packets that no rule decides; accept by default. */
  readonly policy?: "accept" | "drop";
  readonly rules: readonly NftRule[];
}

/** A table with all that is in it. */
export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly chains: readonly NftChain[];
}

/** A rule, as the kernel describes it. */
export interface NftRuleState {
  readonly chain: string;
  readonly handle: bigint;
  readonly comment?: string;
  /** The values of the first counter in the rule. */
  readonly packets?: bigint;
  readonly bytes?: bigint;
}

const FAMILIES = { ip: NfProto.IPV4, ip6: NfProto.IPV6, inet: NfProto.INET } as const;
const HOOKS = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;
const POLICIES = { drop: 0, accept: 1 } as const;

const Msg = {
  NEWTABLE: 0,
  GETTABLE: 1,
  DELTABLE: 2,
  NEWCHAIN: 3,
  NEWRULE: 6,
  GETRULE: 7,
  DELRULE: 8,
} as const;
const Table = { NAME: 1 } as const;
const Chain = { TABLE: 1, NAME: 3, HOOK: 4, POLICY: 5, TYPE: 7 } as const;
const Hook = { NUMBER: 1, PRIORITY: 2 } as const;
const Rule = { TABLE: 1, CHAIN: 2, HANDLE: 3, EXPRESSIONS: 4, USERDATA: 7 } as const;
const LIST_ELEMENT = 1;
const Expr = { NAME: 1, DATA: 2 } as const;
const Counter = { BYTES: 1, PACKETS: 2 } as const;
/** In a rule's user data, as nft(8) writes and shows it: type, length, text with its zero. */
const COMMENT = 0;
const MAX_COMMENT_BYTES = 127;

/** A message that adds a table; if there is one with that name, it does nothing. */
export function addTable({ family, name }: Pick<NftTable, "family" | "name">): NfMessage {
  return {
    what: `add table ${family} "${name}"`,
    message: Msg.NEWTABLE,
    family: FAMILIES[family],
    flags: Flag.CREATE,
    attributes: [[Table.NAME, string(name)]],
  };
}

/** A message that deletes a table with all that is in it. */
export function deleteTableMessage({ family, name }: Pick<NftTable, "family" | "name">): NfMessage {
  return {
    what: `delete table ${family} "${name}"`,
    message: Msg.DELTABLE,
    family: FAMILIES[family],
    attributes: [[Table.NAME, string(name)]],
  };
}

/** A message that adds a chain without its rules; if there is an equal one, it does nothing. */
export function addChain({ family, name }: Pick<NftTable, "family" | "name">, chain: NftChain): NfMessage {
  const { hook, priority = 0, policy, type = "filter" } = chain;
  const attributes: Attribute[] = [[Chain.TABLE, string(name)], [Chain.NAME, string(chain.name)]];
  if (hook !== undefined) {
    attributes.push([Chain.HOOK, [[Hook.NUMBER, be32(HOOKS[hook])], [Hook.PRIORITY, be32(priority >>> 0)]]]);
    attributes.push([Chain.TYPE, string(type)]);
    if (policy !== undefined) attributes.push([Chain.POLICY, be32(POLICIES[policy])]);
  }
  return {
    what: `add chain "${chain.name}" to table ${family} "${name}"`,
    message: Msg.NEWCHAIN,
    family: FAMILIES[family],
    flags: Flag.CREATE,
    attributes,
  };
}

/** A message that adds a rule at the end of a chain. */
export function addRule(
  { family, name }: Pick<NftTable, "family" | "name">,
  chain: string,
  rule: NftRule,
): NfMessage {
  const title = rule.comment === undefined ? "a rule" : `rule "${rule.comment}"`;
  const attributes: Attribute[] = [
    [Rule.TABLE, string(name)],
    [Rule.CHAIN, string(chain)],
    [Rule.EXPRESSIONS, rule.expressions.map((one): Attribute => [LIST_ELEMENT, encodeExpression(one)])],
  ];
  if (rule.comment !== undefined) attributes.push([Rule.USERDATA, encodeComment(rule.comment)]);
  return {
    what: `add ${title} to chain "${chain}" of table ${family} "${name}"`,
    message: Msg.NEWRULE,
    family: FAMILIES[family],
    flags: Flag.CREATE | Flag.APPEND,
    attributes,
  };
}

function encodeExpression({ name, data }: Expression): Attribute[] {
  return [[Expr.NAME, string(name)], [Expr.DATA, data]];
}

function encodeComment(comment: string): Uint8Array<ArrayBuffer> {
  const text = string(comment);
  if (text.length > MAX_COMMENT_BYTES + 1) {
    throw new Error(`Cannot use ${JSON.stringify(comment)}: it is too long`);
  }
  return new Uint8Array([COMMENT, text.length, ...text]);
}

/** A message that deletes one rule. */
export function deleteRule(
  { family, name }: Pick<NftTable, "family" | "name">,
  { chain, handle }: Pick<NftRuleState, "chain" | "handle">,
): NfMessage {
  return {
    what: `delete rule ${handle} of chain "${chain}" of table ${family} "${name}"`,
    message: Msg.DELRULE,
    family: FAMILIES[family],
    attributes: [[Rule.TABLE, string(name)], [Rule.CHAIN, string(chain)], [Rule.HANDLE, be64(handle)]],
  };
}

/**
 * Messages that change rules, for one batch.
 *
 * @throws {BatchError} If the kernel refuses: nothing is changed then.
 */
export function changeTables(netlink: Netlink, messages: readonly NfMessage[]): void {
  sendBatch(netlink, Subsystem.NFTABLES, messages);
}

/**
 * Makes a table what is wanted, whatever it was before: packets meet the old rules or the new ones. Counters
 * start at 0.
 *
 * @param netlink A socket of Bus.NETFILTER.
 * @throws {BatchError} If the kernel refuses: the table stays as it was.
 */
export function replaceTable(netlink: Netlink, table: NftTable): void {
  changeTables(netlink, [
    addTable(table), // or there might be none to delete
    deleteTableMessage(table),
    addTable(table),
    ...table.chains.map((chain) => addChain(table, chain)),
    ...table.chains.flatMap(({ name, rules }) => rules.map((rule) => addRule(table, name, rule))),
  ]);
}

/** Deletes a table with all that is in it. @returns Whether it was there. @throws {NativeError} */
export function deleteTable(netlink: Netlink, table: Pick<NftTable, "family" | "name">): boolean {
  return attempt([Errno.ENOENT], () => changeTables(netlink, [deleteTableMessage(table)]));
}

/** The names of a family's tables. @throws {NativeError} */
export function listTables(netlink: Netlink, family: NftFamily): string[] {
  const request = {
    what: `list the ${family} tables`,
    message: Msg.GETTABLE,
    family: FAMILIES[family],
  };
  return netlink.dump(
    nfRequest(Subsystem.NFTABLES, request),
    ({ attributes }) => readString(attributes, Table.NAME),
  );
}

/**
 * The rules of a table, chain by chain in their order; none if there is no such table.
 *
 * @throws {NativeError}
 */
export function listRules(
  netlink: Netlink,
  { family, name }: Pick<NftTable, "family" | "name">,
): NftRuleState[] {
  const request = {
    what: `list the rules of table ${family} "${name}"`,
    message: Msg.GETRULE,
    family: FAMILIES[family],
    attributes: [[Rule.TABLE, string(name)]] as const,
  };
  const found: NftRuleState[] = [];
  attempt([Errno.ENOENT], () => {
    found.push(...netlink.dump(nfRequest(Subsystem.NFTABLES, request), (message) => {
      return readString(message.attributes, Rule.TABLE) === name ? readRule(message) : null;
    }));
  });
  return found;
}

/** Reads NFT_MSG_NEWRULE. @returns null if it has no handle. */
export function readRule({ attributes }: Message): NftRuleState | null {
  const handle = readBe64(attributes, Rule.HANDLE);
  if (handle === undefined) return null;
  const list = attributes.get(Rule.EXPRESSIONS);
  const expressions = list === undefined ? [] : Array.from(eachNested(list, LIST_ELEMENT));
  const counter = expressions.find((one) => readString(one, Expr.NAME) === "counter");
  const counted = counter === undefined ? new Map() : nested(counter, Expr.DATA);
  return defined<NftRuleState>({
    chain: readString(attributes, Rule.CHAIN),
    handle,
    comment: readComment(attributes.get(Rule.USERDATA)),
    packets: readBe64(counted, Counter.PACKETS),
    bytes: readBe64(counted, Counter.BYTES),
  });
}

/** The comment in a rule's user data: a list of type, length and value, a byte for each of the first two. */
function readComment(userdata: DataView | undefined): string | undefined {
  const bytes = userdata === undefined ? new Uint8Array() : bytesOf(userdata);
  for (let at = 0; at + 2 <= bytes.length;) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (end > bytes.length) break;
    if (bytes[at] === COMMENT) {
      return new TextDecoder().decode(bytes.subarray(at + 2, end)).replace(/\0.*$/s, "");
    }
    at = end;
  }
  return undefined;
}
