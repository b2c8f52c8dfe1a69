/** A foreign tcx program: before natra, after it, and one that takes the head later. */
import { assertEquals } from "@std/assert";
import { HOST_VETH } from "../rig/pod.ts";
import { Scene } from "../rig/scene.ts";
import { assertCounted } from "./counted.ts";
import { diagnose } from "./diagnosis.ts";
import { type Conduct, Neighbour, type Seat } from "../rig/neighbour.ts";

const COUNT = 100;

/** Where it sits, whether it was there before natra, and whether natra then is first. */
const CASES: readonly (readonly [string, Seat, "before" | "after", boolean])[] = [
  ["that was there before", ["tcx", "head"], "before", true],
  ["that comes behind it", ["tcx", "tail"], "after", true],
  ["that takes the head", ["tcx", "head"], "after", false],
];

for (const [what, seat, when, isFirst] of CASES) {
  for (const conduct of ["next", "ok"] as const satisfies readonly Conduct[]) {
    const starved = !isFirst && conduct === "ok";
    const outcome = starved ? "starves natra, and the doctor says so" : "and natra both see all of it";
    Deno.test(`a tcx program ${what} and says ${conduct} ${outcome}`, async () => {
      await using scene = await Scene.create();
      await using owned = new AsyncDisposableStack();
      const neighbours: Neighbour[] = [];
      const join = async (): Promise<void> => {
        for (const point of ["ingress", "egress"] as const) {
          const hook = { namespace: scene.pod.node, link: HOST_VETH, point };
          neighbours.push(owned.use(await Neighbour.attach(hook, seat, conduct)));
        }
      };
      if (when === "before") await join();
      await scene.call("ADD", { conf: { attach: "tcx" } });
      if (when === "after") await join();
      if (!starved) await assertCounted(scene, COUNT);
      const { trouble, notices, ingress, egress } = await diagnose(scene);
      assertEquals(trouble, starved ? ["guard-skipped egress", "uncounted ingress"] : []);
      assertEquals(notices, isFirst ? [] : ["not-first egress", "not-first ingress"]);
      assertEquals([ingress, egress], [starved ? "missed" : "counted", "counted"]);
      if (starved) return;
      for (const neighbour of neighbours) assertEquals(await neighbour.seen() >= COUNT, true);
    });
  }
}
