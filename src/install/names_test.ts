import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  backedUpByCilium,
  ciliumBackup,
  compareNames,
  draftName,
  isDraftName,
  isListName,
  isRenderedName,
  renderedName,
} from "./names.ts";

for (
  const [original, rendered] of [
    ["10-aws.conflist", "00-natra-10-aws.conflist"],
    ["10-bridge.conf", "00-natra-10-bridge.conflist"],
    ["99-x.json", "00-natra-99-x.conflist"],
    ["00-multus.conf", "0-natra-00-multus.conflist"],
    ["00-natra.conflist", "00-natra-00-natra.conflist"],
    ["0-first.conflist", "!natra-0-first.conflist"],
    ["calico.conflist", "00-natra-calico.conflist"],
    ["!.conf", null],
  ]
) {
  Deno.test(`renderedName() of ${original} is ${rendered}`, () =>
    assertEquals(renderedName(original ?? ""), rendered ?? null));
}

Deno.test("renderedName() sorts before the original, and isRenderedName() recognizes it", () => {
  const name = fc.tuple(
    fc.stringMatching(/^[0-9a-z][!-.0-~]{0,20}$/),
    fc.constantFrom(".conf", ".conflist", ".json"),
  );
  fc.assert(fc.property(name, (parts) => {
    const [original, rendered] = [parts.join(""), renderedName(parts.join(""))];
    if (rendered === null) return;
    assert(compareNames(rendered, original) < 0 && isListName(rendered) && isRenderedName(rendered));
  }));
});

Deno.test("draftName() gives a name that no runtime reads, and that isDraftName() recognizes", () => {
  assertEquals([isListName(draftName()), isDraftName(draftName())], [false, true]);
  assertEquals([".natra-x.tmp", "natra.tmp", "10-a.conflist"].filter(isDraftName), []);
});

Deno.test("backedUpByCilium() recognizes Cilium's name for a list of ours, and for no other list", () => {
  assertEquals(backedUpByCilium(ciliumBackup("00-natra-05-cilium.conflist")), "00-natra-05-cilium.conflist");
  assertEquals(backedUpByCilium("10-aws.conflist.cilium_bak"), null);
  assertEquals(isListName(ciliumBackup("10-aws.conflist")), false);
});

Deno.test("compareNames() sorts by bytes, as the runtimes do", () => {
  assertEquals(["b", "é", "a", "B", "aa", "\u{1f600}", "\uffff"].sort(compareNames), [
    "B",
    "a",
    "aa",
    "b",
    "é",
    "\uffff",
    "\u{1f600}",
  ]);
});
