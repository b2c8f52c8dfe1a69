import type { Warning } from "../../base/log/warning.ts";
import type { NetConf } from "../../cni/config.ts";
import { PACER_CHOICES, type PacerChoice } from "../limits/fields.ts";
import { type LimitConf, limitConf } from "../limits/sources.ts";
import { between, oneOf, readKeys, type Schemas } from "../../cni/keys.ts";

/** Where programs are attached; `auto` takes tcx where the kernel has it, else clsact. */
export const ATTACH_MODES = ["auto", "tcx", "clsact", "podside", "clsact-podside"] as const;
/** One of them. */
export type AttachMode = (typeof ATTACH_MODES)[number];

/** The keys of the configuration that are natra's own, and not about what a pod is held to. */
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
  /** What it says about limits, untouched: `limits/` judges it. */
  readonly limits: LimitConf;
}

/** What holds where the configuration says nothing, or nothing that can be used. */
export const DEFAULTS: OwnKeys = Object.freeze({
  attach: "auto",
  pacer: "auto",
  timeout: 10,
  maxSketchBytes: 65_536,
});

/** What each key must be. */
const SCHEMAS: Schemas<OwnKeys> = {
  attach: () => oneOf(ATTACH_MODES),
  pacer: () => oneOf(PACER_CHOICES),
  timeout: () => between(1, 300, "seconds"),
  // From one row of 64 cells to 8 rows of 65,536 cells, of 8 bytes each.
  maxSketchBytes: () => between(512, 4_194_304, "bytes"),
};

/** Reads natra's own keys of a request's configuration; what cannot be used joins its warnings. */
export function natraConf(conf: NetConf): NatraConf {
  const warnings: Warning[] = [...conf.warnings];
  const own = readOwnKeys(conf.keys, (warning) => warnings.push(warning));
  return { ...conf, ...own, limits: limitConf(conf.keys), warnings };
}

/** Reads the keys that are not about limits. @param warn Told of each value that cannot be used. */
export function readOwnKeys(conf: ReadonlyMap<string, unknown>, warn: (warning: Warning) => void): OwnKeys {
  return readKeys(conf, SCHEMAS, DEFAULTS, warn);
}
