/** Thousands of requests, sent to the executable. */
import { assert } from "@std/assert";
import fc from "fast-check";
import { dirname } from "node:path";
import { NATRA, Scene } from "../rig/scene.ts";
import { Room } from "../rig/faults/room.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { assertOutcome } from "./answers.ts";
import { isLong } from "./length.ts";
import { anyRequest, recorded, type Request } from "./requests.ts";

const RUNS = isLong ? 10_000 : 150;
/** Nothing that a request says may take longer: judged only where nothing else runs. */
const LONGEST = 500; // ms
/** What ends a process that hangs, so that the test fails instead of hanging, too. */
const GUARD = ["timeout", "--signal=KILL", "60"];

/**
 * The requests name files to log to; here none of them can be made but below /var/log, /tmp and /run/natra.
 * What stands below /tmp is hidden, but for natra's own directory ($1).
 */
const READ_ONLY = `
  mkdir /run/natra/aside
  mount --bind "$1" /run/natra/aside
  mount -t tmpfs tmpfs /var/log
  mount -t tmpfs tmpfs /tmp
  mkdir -p "$1"
  mount --move /run/natra/aside "$1"
  rmdir /run/natra/aside
  mount -o remount,bind,ro "$1"
  for place in / /run /dev; do
    if mountpoint -q "$place"; then mount -o remount,bind,ro "$place"; fi
  done`;

/** A program's environment has no zero bytes; without CNI_COMMAND natra is a tool. */
function callable({ env, stdin }: Request, netns: string): Request {
  const entries = Object.entries(env).map(([name, value]) => [name, value.replaceAll("\0", "")] as const);
  const { CNI_NETNS, CNI_COMMAND, ...rest } = Object.fromEntries(entries);
  const isRecorded = CNI_NETNS?.includes("/netns/") ?? false; // a pod that is: so that something is really done
  return {
    env: { ...rest, CNI_COMMAND: CNI_COMMAND ?? "", CNI_NETNS: isRecorded ? netns : CNI_NETNS ?? "" },
    stdin,
  };
}

testIf(
  needsRootAnd("natra"),
  "natra answers any request with a result or an error of the specification, and with the exit code that belongs to it",
  async () => {
    await using scene = await Scene.create();
    await using room = await Room.create();
    await room.sh(READ_ONLY, dirname(NATRA));
    const times: number[] = [];
    await fc.assert(
      fc.asyncProperty(anyRequest(recorded()), async (request) => {
        const { env, stdin } = callable(request, scene.pod.pod.path);
        const began = performance.now();
        const { code, stdout } = await scene.call("VERSION", { env, stdin, wrap: [...room.enter, ...GUARD] });
        times.push(performance.now() - began);
        assertOutcome(env["CNI_COMMAND"] ?? "", code, stdout, stdin);
      }),
      { numRuns: RUNS },
    );
    const slowest = Math.max(...times);
    if (isLong) assert(slowest <= LONGEST, `a request took ${slowest} ms`);
  },
);
