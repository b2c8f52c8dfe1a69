import { assertEquals } from "@std/assert";
import { attachmentOf } from "./attach.ts";
import { ATTACH_MODES } from "./natra_conf.ts";

Deno.test("attachmentOf() gives how and where to attach, for every value of `attach`", () => {
  assertEquals(ATTACH_MODES.map((mode) => ({ mode, ...attachmentOf(mode) })), [
    { mode: "auto", attach: "auto", side: "auto" },
    { mode: "tcx", attach: "tcx", side: "host" },
    { mode: "clsact", attach: "clsact", side: "host" },
    { mode: "podside", attach: "auto", side: "pod" },
    { mode: "clsact-podside", attach: "clsact", side: "pod" },
  ]);
});
