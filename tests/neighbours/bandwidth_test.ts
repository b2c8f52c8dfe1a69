/**
 * The standard bandwidth plugin in the same list: natra leaves its queues, and the doctor finds both of its
 * limiters.
 */
import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { findPeer } from "../rig/places.ts";
import { ends } from "../rig/observed.ts";
import { Scene } from "../rig/scene.ts";
import { callCni } from "../rig/cni.ts";
import { testIf } from "../rig/needs.ts";
import { assertCounted } from "./counted.ts";
import { diagnose } from "./diagnosis.ts";

const RATE = 10_000_000;
const peer = await findPeer();
const missing = "missing" in peer ? peer.missing : null;

testIf(
  missing,
  "beside the bandwidth plugin before it natra polices, and the doctor finds two limiters",
  async () => {
    if ("missing" in peer) return;
    const { binary, conf } = peer.limiter.spec;
    await using scene = await Scene.create();
    assertEquals((await callCni(scene.pod, binary, "ADD", { conf: conf(RATE) })).code, 0);
    await scene.call("ADD");
    await assertCounted(scene, 50);
    const { trouble } = await diagnose(scene);
    assertEquals(trouble, ["policed ingress", "two-limiters egress", "two-limiters ingress"]);
    await scene.call("DEL");
    assertEquals((await callCni(scene.pod, binary, "DEL", { conf: conf(RATE) })).code, 0);
  },
);

testIf(
  missing,
  "the bandwidth plugin behind natra finds its place taken, and leaves natra's queue",
  async () => {
    if ("missing" in peer) return;
    const { binary, conf } = peer.limiter.spec;
    await using scene = await Scene.create();
    await scene.call("ADD");
    const before = await ends(scene);
    const { code, stdout } = await callCni(scene.pod, binary, "ADD", { conf: conf(RATE) });
    assertNotEquals(code, 0);
    assertMatch(stdout, /exists/);
    assertEquals((await ends(scene)).host.qdiscs, before.host.qdiscs);
  },
);
