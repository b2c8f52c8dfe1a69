/** What pods may say, and what natra must make of it. */

/** A kind of pod. */
export interface PodKind {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** In bits per second, both ways; null: no limit. */
  readonly cap: number | null;
  /** What the log must say about it. */
  readonly logged: string;
}

const json = JSON.stringify({ rate: "20M", mice: "charged", cms: { width: 512, depth: 3 } });

/** All kinds. */
export const POD_KINDS: readonly PodKind[] = [
  {
    name: "plain",
    annotations: { "kubernetes.io/ingress-bandwidth": "10M", "kubernetes.io/egress-bandwidth": "10M" },
    cap: 10_000_000,
    logged: "pod is limited",
  },
  {
    name: "json",
    annotations: { "natra.io/ingress-bandwidth": json, "natra.io/egress-bandwidth": json },
    cap: 20_000_000,
    logged: "pod is limited",
  },
  { name: "none", annotations: {}, cap: null, logged: "" },
  {
    name: "malformed",
    annotations: { "natra.io/ingress-bandwidth": '{"rate": ', "natra.io/egress-bandwidth": "ten" },
    cap: null,
    logged: "natra.io/egress-bandwidth",
  },
];

/** What most scenarios use. */
export const PLAIN: PodKind = POD_KINDS[0]!;
