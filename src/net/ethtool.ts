import { Errno } from "../../ffi/errno.ts";
import { NativeError } from "../../ffi/native.ts";
import { nested, readString } from "./attributes.ts";
import { type Attribute, string, u32 } from "./encode.ts";
import { eachNested, findFamily, type GenericFamily, genericRequest } from "./generic.ts";
import type { Netlink } from "./netlink.ts";
import { EMPTY } from "./values.ts";

/** Offloads of an interface, by the kernel's names, for example `tx-udp-segmentation`. */
export interface Features {
  /** Those that work now. */
  readonly active: ReadonlySet<string>;
  /** Those that can be switched. */
  readonly changeable: ReadonlySet<string>;
}

const Command = { FEATURES_GET: 11, FEATURES_SET: 12 } as const;
const FeatureAttr = { HEADER: 1, HW: 2, WANTED: 3, ACTIVE: 4 } as const;
const HeaderAttr = { DEV_INDEX: 1, FLAGS: 3 } as const;
const BitsetAttr = { BITS: 3 } as const;
const BitAttr = { BIT: 1, NAME: 2, VALUE: 3 } as const;
const ETHTOOL_FLAG_OMIT_REPLY = 2;

function familyOf(netlink: Netlink): GenericFamily {
  const family = findFamily(netlink, "ethtool");
  if (family === null) throw new NativeError("find ethtool's netlink family (Linux 5.6)", Errno.ENOENT);
  return family;
}

/**
 * The offloads of an interface. Linux 5.8 or newer.
 *
 * @param netlink A socket of Bus.GENERIC.
 * @throws {NativeError} ENODEV if there is no such interface.
 */
export function readFeatures(netlink: Netlink, index: number): Features {
  const features = { active: new Set<string>(), changeable: new Set<string>() };
  netlink.request(
    genericRequest(familyOf(netlink), {
      what: `read the offloads of interface ${index}`,
      command: Command.FEATURES_GET,
      attributes: [[FeatureAttr.HEADER, [[HeaderAttr.DEV_INDEX, u32(index)]]]],
    }),
    ({ attributes }) => {
      const names = (type: number): string[] => {
        const bits = nested(attributes, type).get(BitsetAttr.BITS);
        return bits === undefined
          ? []
          : Array.from(eachNested(bits, BitAttr.BIT), (bit) => readString(bit, BitAttr.NAME));
      };
      for (const name of names(FeatureAttr.ACTIVE)) features.active.add(name);
      for (const name of names(FeatureAttr.HW)) features.changeable.add(name);
    },
  );
  return features;
}

/**
 * Switches offloads on or off. The kernel passes over those that the interface cannot switch: read them back.
 *
 * @param netlink A socket of Bus.GENERIC.
 * @throws {NativeError} EINVAL or EOPNOTSUPP if the kernel does not know a name.
 */
export function setFeatures(
  netlink: Netlink,
  index: number,
  wanted: Readonly<Record<string, boolean>>,
): void {
  const bits = Object.entries(wanted).map(([name, isOn]): Attribute => [BitAttr.BIT, [
    [BitAttr.NAME, string(name)],
    ...isOn ? [[BitAttr.VALUE, EMPTY] as const] : [],
  ]]);
  netlink.request(genericRequest(familyOf(netlink), {
    what: `switch ${Object.keys(wanted).join(", ")} of interface ${index}`,
    command: Command.FEATURES_SET,
    attributes: [
      [FeatureAttr.HEADER, [[HeaderAttr.DEV_INDEX, u32(index)], [
        HeaderAttr.FLAGS,
        u32(ETHTOOL_FLAG_OMIT_REPLY),
      ]]],
      [FeatureAttr.WANTED, [[BitsetAttr.BITS, bits]]],
    ],
  }));
}
