import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { recordingLogger } from "../../tests/rig/recording_logger.ts";
import { object, refusal, ScriptedServer } from "../../tests/rig/cluster/scripted_server.ts";
import { isFree, LeaderElector, type Observation, observe } from "./leader_election.ts";

const spec = (holderIdentity: string, renewTime: string, leaseDurationSeconds = 15): Observation["spec"] => ({
  holderIdentity,
  leaseDurationSeconds,
  renewTime,
  leaseTransitions: 0,
});

Deno.test("a Lease is held for as long as it changes, whatever its times say", () => {
  const changes = fc.array(fc.record({ afterMs: fc.nat(14_999), renewTime: fc.string() }));
  fc.assert(fc.property(changes, (changes) => {
    let now = 0;
    let seen = observe(null, spec("a", "0"), now);
    changes.forEach(({ afterMs, renewTime }, at) => {
      now += afterMs;
      assert(!isFree(seen, now));
      seen = observe(seen, spec("a", `${renewTime} ${at}`), now);
    });
    const last = seen;
    assert(!isFree(observe(last, last.spec, now + 14_999), now + 14_999));
    assert(isFree(observe(last, last.spec, now + 15_000), now + 15_000));
  }));
});

Deno.test("a released Lease is free at once, and no duration that a Lease says holds it for ever, or for no time", () => {
  assert(isFree(observe(null, spec("", "0"), 0), 0));
  assert(isFree(observe(null, spec("a", "0", 1e12), 0), 3_600_000));
  assert(!isFree(observe(null, spec("a", "0", -1), 0), 999));
});

Deno.test("a leader that is stopped while it renews releases the Lease all the same", async () => {
  let identity = "";
  const lease = (resourceVersion: string): Response =>
    Response.json({ ...object("l", resourceVersion, { namespace: "n" }), spec: spec(identity, "0") });
  const never = new Response(new ReadableStream());
  await using server = new ScriptedServer([
    refusal(404, "NotFound"),
    () => lease("1"),
    never,
    () => lease("2"),
    () => lease("3"),
  ]);
  const elector = new LeaderElector({
    client: server.client,
    lease: { namespace: "n", name: "l" },
    identity: "me",
    retryPeriodMs: 10,
    logger: recordingLogger().logger,
  });
  ({ identity } = elector);
  const stop = new AbortController();
  const running = elector.run(async (signal) => {
    await server.untilAsked(3);
    assertEquals([elector.isLeader, elector.holder], [true, identity]);
    stop.abort();
    assertEquals(signal.aborted, true);
  }, stop.signal);
  await running;
  assertEquals(server.asked.map(({ method }) => method), ["GET", "POST", "PUT", "GET", "PUT"]);
  const written = server.asked.map(({ body }) => body === "" ? null : JSON.parse(body).spec.holderIdentity);
  assertEquals(written, [null, identity, identity, null, ""]);
  assertEquals(elector.isLeader, false);
});

Deno.test("durations that would let two lead are refused", async () => {
  await using server = new ScriptedServer([]);
  const elector = (leaseDurationMs: number, renewDeadlineMs: number): LeaderElector =>
    new LeaderElector({
      client: server.client,
      lease: { namespace: "n", name: "l" },
      identity: "me",
      leaseDurationMs,
      renewDeadlineMs,
      logger: recordingLogger().logger,
    });
  assertThrows(() => elector(10_000, 10_000), Error, "leaseDurationMs > renewDeadlineMs");
  assertThrows(() => elector(15_000, 1000), Error, "leaseDurationMs > renewDeadlineMs");
  const [one, other] = [elector(15_000, 10_000), elector(15_000, 10_000)];
  assertEquals([one.isLeader, one.holder, one.identity === other.identity], [false, "", false]);
});
