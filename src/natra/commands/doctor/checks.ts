import type { Applied } from "../../datapath/record.ts";
import type { CniDirectories } from "../../../cli/cni_directories.ts";
import { cilium } from "./node/cilium.ts";
import { features } from "./node/features.ts";
import { list, renamed } from "./node/list.ts";
import { orphans } from "./node/records.ts";
import type { Finding } from "./finding.ts";
import { bypass } from "./pod/bypass.ts";
import { fallback } from "./pod/fallback.ts";
import { held } from "./pod/held.ts";
import { limiters } from "./pod/limiters.ts";
import { order } from "./pod/order.ts";
import { passing } from "./pod/passing.ts";
import type { Evidence } from "./pod/evidence.ts";
import { tampering } from "./pod/tampering.ts";

/** A check of one pod. */
type PodCheck = (evidence: Evidence) => Finding[];

/** Checks of each living pod. */
export const POD_CHECKS: readonly PodCheck[] = [
  held,
  passing,
  bypass,
  order,
  tampering,
  limiters,
  fallback,
];

/** Checks of all examined pods together. */
export const SHARED_CHECKS: readonly ((pods: readonly Applied[]) => Finding[])[] = [features, cilium];

/** Checks of the node. */
export const NODE_CHECKS: readonly ((directories: CniDirectories) => Finding[])[] = [
  list,
  ({ confDir }) => renamed(confDir),
  orphans,
];
