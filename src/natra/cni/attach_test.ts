import { assertEquals } from "@std/assert";
import { attachmentOf } from "./attach.ts";
import { ATTACH_MODES } from "./natra_conf.ts";

Deno.test("attachmentOf() tells how from where, for whatever a conflist may ask for", () => {
  assertEquals(ATTACH_MODES.map((mode) => ({ mode, ...attachmentOf(mode) })), [
    { mode: "auto", attach: "auto", side: "auto" },
    { mode: "tcx", attach: "tcx", side: "host" },
    { mode: "clsact", attach: "clsact", side: "host" },
    { mode: "podside", attach: "auto", side: "pod" },
    { mode: "clsact-podside", attach: "clsact", side: "pod" },
  ]);
});
