import { assertEquals } from "@std/assert";
import { attachOf } from "./attach.ts";
import { recordingLogger } from "../../tests/recording_logger.ts";
import { ATTACH_MODES } from "./own_keys.ts";

for (const [asked, used] of [["auto", "auto"], ["tcx", "tcx"], ["clsact", "clsact"]] as const) {
  Deno.test(`attachOf() takes ${asked} as it is`, () => {
    const { logger, lines } = recordingLogger();
    assertEquals([attachOf(asked, logger), lines], [used, []]);
  });
}

for (const [asked, used] of [["podside", "auto"], ["clsact-podside", "clsact"]] as const) {
  Deno.test(`attachOf() uses ${used} instead of ${asked}, and warns with both`, () => {
    const { logger, lines } = recordingLogger();
    assertEquals(attachOf(asked, logger), used);
    assertEquals(lines.map(({ level, fields: { key, given, used } }) => ({ level, key, given, used })), [
      { level: "warn", key: "configuration attach", given: asked, used },
    ]);
  });
}

Deno.test("attachOf() has an answer for whatever a conflist may ask for", () => {
  const { logger } = recordingLogger();
  for (const asked of ATTACH_MODES) assertEquals(typeof attachOf(asked, logger), "string");
});
