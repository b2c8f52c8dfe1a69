import type { Warning } from "../../base/log/warning.ts";
import type { NetConf } from "../../cni/config.ts";
import { PACER_CHOICES, type PacerChoice, SKETCH_BYTES } from "../limits/fields.ts";
import { type ConfAtAdd, type LimitConf, limitConf } from "../limits/sources.ts";
import { between, oneOf, readKeys, type Schemas } from "../../cni/keys.ts";

/** Where programs are attached; `auto` uses tcx if the kernel has it, else clsact. */
export const ATTACH_MODES = ["auto", "tcx", "clsact", "podside", "clsact-podside"] as const;
/** One of them. */
export type AttachMode = (typeof ATTACH_MODES)[number];

/** natra's own keys of the configuration that are not about limits. */
export type OwnKeys = {
  readonly attach: AttachMode;
  readonly pacer: PacerChoice;
  /** Seconds that one step of an ADD or DEL may take. */
  readonly timeout: number;
  /** Maximum size of one direction's sketch, in bytes. */
  readonly maxSketchBytes: number;
};

/** A request's configuration with natra's own keys read. */
export interface NatraConf extends NetConf, OwnKeys {
  /** Its keys about limits, unchecked: `limits/` checks them. */
  readonly limits: LimitConf;
}

/** The defaults for keys that are absent or cannot be used. */
export const DEFAULTS: OwnKeys = Object.freeze({
  attach: "auto",
  pacer: "auto",
  timeout: 10,
  maxSketchBytes: 65_536,
});

/** The schema of each key. */
const SCHEMAS: Schemas<OwnKeys> = {
  attach: () => oneOf(ATTACH_MODES),
  pacer: () => oneOf(PACER_CHOICES),
  timeout: () => between(1, 300, "seconds"),
  maxSketchBytes: () => between(SKETCH_BYTES.min, SKETCH_BYTES.max, "bytes"),
};

/** Reads natra's own keys of a request's configuration; a value that cannot be used adds a warning. */
export function natraConf(conf: NetConf): NatraConf {
  const warnings: Warning[] = [...conf.warnings];
  const own = readOwnKeys(conf.keys, (warning) => warnings.push(warning));
  return { ...conf, ...own, limits: limitConf(conf.keys), warnings };
}

/** The configuration's own keys about limits, without what the runtime added for this pod. */
export function toConfAtAdd(
  { limits, pacer, maxSketchBytes }: Pick<NatraConf, "limits" | "pacer" | "maxSketchBytes">,
): ConfAtAdd {
  return { conf: { ...limits, pacer }, maxSketchBytes };
}

/** Reads the keys that are not about limits. @param warn Called for each value that cannot be used. */
export function readOwnKeys(conf: ReadonlyMap<string, unknown>, warn: (warning: Warning) => void): OwnKeys {
  return readKeys(conf, SCHEMAS, DEFAULTS, warn);
}
