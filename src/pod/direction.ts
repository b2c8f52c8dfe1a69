/** A direction of a pod's traffic, as the pod sees it: `ingress` is what it receives. */
export type Direction = (typeof DIRECTIONS)[number];
export const DIRECTIONS = ["ingress", "egress"] as const;

/** One value for each direction, made in the order of {@linkcode DIRECTIONS}. */
export function byDirection<T>(make: (direction: Direction) => T): Record<Direction, T> {
  return { ingress: make("ingress"), egress: make("egress") };
}
