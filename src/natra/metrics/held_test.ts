import { assertEquals } from "@std/assert";
import { appliedOf } from "../../../tests/rig/any_applied.ts";
import type { Applied } from "../datapath/record.ts";
import { heldDirections, heldPods, nameOf } from "./held.ts";
import { Records } from "../../state/records.ts";

function record(containerId: string, name: string | null, more: Partial<Applied> = {}): Applied {
  return appliedOf({ containerId, pod: name === null ? null : { namespace: "shop", name }, ...more });
}

function heldOf(...all: readonly Applied[]): Applied[] {
  const root = Deno.makeTempDirSync({ prefix: "natra-held-" });
  try {
    const records = new Records(root);
    for (const applied of all) records.write(applied, applied);
    return heldPods(records);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}

Deno.test("heldPods() gives pods by name, and of two sandboxes of one pod the newer", () => {
  const newer = record("c2", "web", { created: "2026-01-02T00:00:00.000Z" });
  const held = heldOf(record("c1", "web"), newer, record("c0", "web"), record("c3", "db"));
  assertEquals(held.map(({ containerId }) => containerId), ["c3", "c2"]);
});

Deno.test("heldPods() keeps a pod's interfaces apart, and pods without a name by their container", () => {
  const held = heldOf(record("c1", "web"), record("c1", "web", { ifname: "net1" }), record("c2", null));
  assertEquals(held.map((applied) => [nameOf(applied), applied.ifname]), [
    [{ namespace: "", pod: "c2" }, "eth0"],
    [{ namespace: "shop", pod: "web" }, "eth0"],
    [{ namespace: "shop", pod: "web" }, "net1"],
  ]);
});

Deno.test("heldPods() leaves out what is only begun", () => {
  assertEquals(heldOf(record("c1", "web", { complete: false })), []);
});

Deno.test("heldDirections() gives those with a limit alone", () => {
  assertEquals(heldDirections(record("c1", "web")).map(({ direction }) => direction), ["ingress"]);
});
