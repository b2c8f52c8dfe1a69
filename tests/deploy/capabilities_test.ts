/** The capabilities of deploy/cni-installer.yaml: natra does its work with them, and not with less. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NATRA, Scene } from "../rig/scene.ts";
import type { Outcome } from "../rig/run.ts";
import { needsRootAnd, testIf } from "../rig/needs.ts";
import { agentContainer } from "./objects.ts";

const unable = needsRootAnd("natra");
const granted = agentContainer().securityContext.capabilities.add;
/** Only Linux before 5.11 asks for it, which is not what runs here. */
const OLD_KERNELS = "SYS_RESOURCE";

/** Runs natra by hand on the pod's node, with these capabilities and no way to more. */
function withOnly(scene: Scene, capabilities: readonly string[], ...args: string[]): Promise<Outcome> {
  const kept = capabilities.map((name) => `+${name.toLowerCase()}`).join(",");
  const held = ["setpriv", `--bounding-set=-all,${kept}`, "--inh-caps=-all", "--no-new-privs"];
  return scene.pod.node.outcomeOf([...held, NATRA, ...args]);
}

testIf(unable, "with its capabilities the agent's work is done: limit, look, judge, let go", async () => {
  await using scene = await Scene.create();
  const { code } = await scene.call("ADD");
  assertEquals(code, 0);
  for (
    const [args, said] of [
      [["status"], scene.pod.containerId.slice(0, 8)],
      [["metrics"], "natra_"],
      [["limit", scene.pod.containerId, "--ingress", "20M"], "20M"],
      [["limit", scene.pod.containerId, "--ingress", "10M"], "10M"],
      [["reconcile"], "Nothing was left behind."],
    ] as const
  ) {
    const outcome = await withOnly(scene, granted, ...args);
    assertEquals(outcome.code, 0, `natra ${args.join(" ")}: ${outcome.stderr}`);
    assertStringIncludes(outcome.stdout, said);
  }
  assertEquals((await scene.call("CHECK")).code, 0);
});

for (const without of granted.filter((name) => name !== OLD_KERNELS)) {
  testIf(unable, `without ${without} a pod cannot be limited as it should`, async () => {
    await using scene = await Scene.create();
    const limit = (capabilities: readonly string[]): Promise<Outcome> =>
      withOnly(scene, capabilities, "debug", "add", "--netns", scene.pod.pod.path, "--ingress", "10M");
    const fully = (outcome: Outcome): boolean => outcome.code === 0 && outcome.stdout.includes("pacer: htb");
    const lacking = await limit(granted.filter((name) => name !== without));
    assert(!fully(lacking), lacking.stdout);
    await scene.tool("debug", "del", "--netns", scene.pod.pod.path);
    const whole = await limit(granted);
    assert(fully(whole), `${whole.stdout}${whole.stderr}`);
    assertEquals((await scene.tool("debug", "del", "--netns", scene.pod.pod.path)).code, 0);
  });
}
