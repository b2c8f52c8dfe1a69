import type { Warning } from "../../base/log/warning.ts";
import type { NetConf } from "../../cni/config.ts";
import { between, oneOf, readKeys, type Schemas } from "../../cni/keys.ts";

/** Where programs are attached; `auto` takes tcx where the kernel has it, else clsact. */
export const ATTACH_MODES = ["auto", "tcx", "clsact", "podside", "clsact-podside"] as const;
/** One of them. */
export type AttachMode = (typeof ATTACH_MODES)[number];

/** What holds the rate; `auto` is decided on the node. */
export const PACER_CHOICES = ["auto", "htb", "edt", "police"] as const;
/** One of them. */
export type PacerChoice = (typeof PACER_CHOICES)[number];

/** What the configuration says about limits, untouched: `limits/` judges it. */
export interface ConfiguredLimits {
  readonly ingressRate?: unknown;
  readonly ingressBurst?: unknown;
  readonly egressRate?: unknown;
  readonly egressBurst?: unknown;
  readonly ingress?: unknown;
  readonly egress?: unknown;
}

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
  readonly limits: ConfiguredLimits;
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
  return { ...conf, ...own, limits: configuredLimits(conf.keys), warnings };
}

/** Reads the keys that are not about limits. @param warn Told of each value that cannot be used. */
export function readOwnKeys(conf: ReadonlyMap<string, unknown>, warn: (warning: Warning) => void): OwnKeys {
  return readKeys(conf, SCHEMAS, DEFAULTS, warn);
}

/** What natra's entry in a list says about limits, whatever else stands in it. */
export function configuredLimits(conf: ReadonlyMap<string, unknown>): ConfiguredLimits {
  return {
    ingressRate: conf.get("ingressRate"),
    ingressBurst: conf.get("ingressBurst"),
    egressRate: conf.get("egressRate"),
    egressBurst: conf.get("egressBurst"),
    ingress: conf.get("ingress"),
    egress: conf.get("egress"),
  };
}
