import { escapeInvisible } from "../../../base/log/quote.ts";
import type { Diagnosis } from "./examine.ts";
import type { ReportedFinding } from "./finding.ts";

/** A diagnosis for people: trouble first, then notices, then what was proven. */
export function formatDiagnosis({ findings, pods }: Diagnosis, watchSeconds: number): string {
  const rank = ({ level }: ReportedFinding): number => level === "trouble" ? 0 : 1;
  const blocks = findings.toSorted((a, b) => rank(a) - rank(b)).map(formatFinding);
  return escapeInvisible([...blocks, summary({ findings, pods }, watchSeconds)].join("\n\n"));
}

function formatFinding({ id, level, pod, direction, what, why, todo }: ReportedFinding): string {
  const where = pod === null ? "node" : `${pod.name} ${pod.ifname}`;
  return [
    `${level === "trouble" ? "TROUBLE" : "notice "}  ${where}${
      direction === null ? "" : ` ${direction}`
    }: ${id}`,
    `  what  ${what}`,
    `  why   ${why}`,
    `  do    ${todo}`,
  ].join("\n");
}

function summary({ findings, pods }: Diagnosis, watchSeconds: number): string {
  const trouble = findings.filter(({ level }) => level === "trouble").length;
  const verdicts = pods.flatMap(({ ingress, egress }) => [ingress.verdict, egress.verdict]);
  const count = (wanted: string): number => verdicts.filter((verdict) => verdict === wanted).length;
  const found = `${plural(pods.length, "limited pod")}: ${plural(trouble, "trouble")}, ${
    plural(findings.length - trouble, "notice")
  }.`;
  if (watchSeconds === 0 || pods.length === 0) return found;
  const [counted, missed, idle] = [count("counted"), count("missed"), count("idle")];
  const watched =
    `Watched ${plural(counted + missed + idle, "direction")} for ${watchSeconds} s: natra counted ` +
    `all packets in ${counted}, missed some in ${missed}, and ${idle} had too little traffic`;
  return `${found}\n${watched}${idle > 0 ? " to prove anything (--watch-seconds watches longer)" : ""}.`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 || what === "trouble" ? "" : "s"}`;
}
