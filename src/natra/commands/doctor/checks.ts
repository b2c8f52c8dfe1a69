import type { Applied } from "../../datapath/record.ts";
import type { CniDirectories } from "../../../cli/cni_directories.ts";
import { cilium } from "./node/cilium.ts";
import { features } from "./node/features.ts";
import { list, renamed } from "./node/list.ts";
import { orphans } from "./node/records.ts";
import type { Symptom } from "./finding.ts";
import { bypass } from "./pod/bypass.ts";
import { fallback } from "./pod/fallback.ts";
import { held } from "./pod/held.ts";
import { limiters } from "./pod/limiters.ts";
import { order } from "./pod/order.ts";
import { passing } from "./pod/passing.ts";
import type { Patient } from "./pod/patient.ts";
import { tampering } from "./pod/tampering.ts";

/** What is asked of every pod that lives. */
export const POD_CHECKS: readonly ((patient: Patient) => Symptom[])[] = [
  held,
  passing,
  bypass,
  order,
  tampering,
  limiters,
  fallback,
];

/** What is asked once for all the pods that are looked at. */
export const SHARED_CHECKS: readonly ((pods: readonly Applied[]) => Symptom[])[] = [features, cilium];

/** What is asked of the node. */
export const NODE_CHECKS: readonly ((directories: CniDirectories) => Symptom[])[] = [
  list,
  ({ confDir }) => renamed(confDir),
  orphans,
];
