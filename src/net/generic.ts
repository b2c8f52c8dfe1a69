import { Errno } from "../../ffi/errno.ts";
import { nested, readAttributes, readString, readU32, scanAttributes } from "./attributes.ts";
import { type Attribute, string } from "./encode.ts";
import type { Message } from "./messages.ts";
import type { Netlink, Request } from "./netlink.ts";
import { attempt } from "./rtnetlink.ts";
import { readU16 } from "./values.ts";

/** A family of generic netlink, for example `wireguard`, as this kernel has numbered it. */
export interface GenericFamily {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  /** Multicast groups by name. */
  readonly groups: ReadonlyMap<string, number>;
}

/** A request to a family. */
export interface GenericRequest {
  /** What is being done, for the error. */
  readonly what: string;
  readonly command: number;
  readonly flags?: number;
  readonly attributes?: readonly Attribute[];
  /** Whether the request or its answers hold a key: the buffers are zeroed afterwards. */
  readonly secret?: boolean;
}

/** The family that describes the others; its number is fixed. */
const CONTROLLER: GenericFamily = { id: 0x10, name: "nlctrl", version: 2, groups: new Map() };
const CTRL_CMD_GETFAMILY = 3;
const CtrlAttr = { FAMILY_ID: 1, FAMILY_NAME: 2, VERSION: 3, MCAST_GROUPS: 7 } as const;
const GroupAttr = { NAME: 1, ID: 2 } as const;

/** A request as the socket takes it, for {@linkcode Netlink.request} or {@linkcode Netlink.dump}. */
export function genericRequest({ id, version }: GenericFamily, request: GenericRequest): Request {
  const { command, ...rest } = request;
  return { ...rest, type: id, header: new Uint8Array([command, version, 0, 0]) };
}

/** The command of an answer or a notification. */
export function commandOf({ header }: Message): number {
  return header.getUint8(0);
}

/**
 * Finds a family by its name. The kernel may load a module for it.
 *
 * @param netlink A socket of Bus.GENERIC.
 * @returns null if the kernel does not have it.
 * @throws {NativeError}
 */
export function findFamily(netlink: Netlink, name: string): GenericFamily | null {
  let found: GenericFamily | null = null;
  attempt([Errno.ENOENT], () =>
    netlink.request(
      genericRequest(CONTROLLER, {
        what: `find generic netlink family "${name}"`,
        command: CTRL_CMD_GETFAMILY,
        attributes: [[CtrlAttr.FAMILY_NAME, string(name)]],
      }),
      (message) => {
        found = readFamily(message);
      },
    ));
  return found;
}

/** The families that the kernel has. @throws {NativeError} */
export function listFamilies(netlink: Netlink): GenericFamily[] {
  const request = { what: "list the generic netlink families", command: CTRL_CMD_GETFAMILY };
  return netlink.dump(genericRequest(CONTROLLER, request), readFamily);
}

/** Reads CTRL_CMD_NEWFAMILY. @returns null if it has no id. */
export function readFamily({ attributes }: Message): GenericFamily | null {
  const id = readU16(attributes, CtrlAttr.FAMILY_ID);
  if (id === undefined) return null;
  const groups = new Map<string, number>();
  for (const value of nested(attributes, CtrlAttr.MCAST_GROUPS).values()) {
    const group = readAttributes(value);
    const number = readU32(group, GroupAttr.ID);
    if (number !== undefined) groups.set(readString(group, GroupAttr.NAME), number);
  }
  const name = readString(attributes, CtrlAttr.FAMILY_NAME);
  return { id, name, version: readU32(attributes, CtrlAttr.VERSION) ?? 0, groups };
}

/** The nested attributes of one type in a list, where all of them have that type. */
export function* eachNested(list: DataView, type: number): Generator<ReturnType<typeof readAttributes>> {
  const found: DataView[] = [];
  scanAttributes(list, 0, list.byteLength, (at, offset, length) => {
    if (at === type) found.push(new DataView(list.buffer, list.byteOffset + offset, length));
  });
  for (const view of found) yield readAttributes(view);
}
