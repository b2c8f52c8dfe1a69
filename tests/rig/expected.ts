/**
 * What a limit of 10M must look like on both ends of a veth: written down here, not computed by what is
 * tested.
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { Device } from "./observed.ts";

/** Ways to attach. */
export const ATTACH = ["tcx", "clsact"] as const;
export type Attach = (typeof ATTACH)[number];

/** How a program of natra's hangs on a hook. */
export function attachedAs(attach: Attach, program: "natra_shape" | "natra_guard"): string {
  return attach === "tcx" ? `tcx ${program}` : `clsact 1 0x6e61 ${program}`;
}

/** HTB's classes for 10M: class, its parent, guaranteed rate, ceiling and priority. */
export const CLASSES_10M: readonly string[] = [
  "6e61:1 root rate 10Mbit ceil 10Mbit",
  "6e61:2 parent 6e61:1 prio 0 rate 500Kbit ceil 20Mbit",
  "6e61:3 parent 6e61:1 prio 0 rate 9Mbit ceil 20Mbit",
  "6e61:4 parent 6e61:7 prio 2 rate 8bit ceil 20Mbit",
  "6e61:6 parent 6e61:7 prio 1 rate 8bit ceil 20Mbit",
  "6e61:7 parent 6e61:1 rate 500Kbit ceil 20Mbit",
];

/** The queues for 10M: handle, kind, parent. The heavy flows' own is fq_codel where the kernel has it. */
export const QUEUES_10M: readonly RegExp[] = [
  /^6e61: htb root$/,
  /^6e63: bfifo parent 6e61:2$/,
  /^6e64: bfifo parent 6e61:3$/,
  /^6e65: (bfifo|fq_codel) parent 6e6a:/,
  /^6e67: (bfifo|fq_codel) parent 6e61:6$/,
  /^6e6a: tbf parent 6e61:4$/,
];

/** A device's HTB classes, in the form of {@linkcode CLASSES_10M}. */
export function classesOf({ classes }: Device): string[] {
  return classes.filter((line) => line.startsWith("class htb ")).map((line) =>
    line.replace(/^class htb | leaf \S+| burst .*/g, "")
  );
}

/** A device's queues, in the form of {@linkcode QUEUES_10M}; clsact queues nothing. */
export function queuesOf({ qdiscs }: Device): string[] {
  return qdiscs.filter((line) => !line.startsWith("qdisc clsact ")).map((line) =>
    line.replace(/^qdisc (\S+) (\S+) (root|parent \S+).*/, "$2 $1 $3")
  ).sort();
}

/** Whether the device has a clsact. */
export function hasClsact({ qdiscs }: Device): boolean {
  return qdiscs.some((line) => line.startsWith("qdisc clsact "));
}

/** Asserts that a device queues for 10M. */
export function assertQueues10M(device: Device): void {
  assertEquals(classesOf(device), CLASSES_10M);
  const queues = queuesOf(device);
  assertEquals(queues.length, QUEUES_10M.length, `${queues}`);
  QUEUES_10M.forEach((expected, number) => assertMatch(queues[number] ?? "", expected));
}
