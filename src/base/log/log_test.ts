import { assertEquals, assertMatch } from "@std/assert";
import { type BufferedLogger, createLogger } from "./log.ts";

/** A logger together with what it has written to its stderr. */
function capture(): { logger: BufferedLogger; written: () => string } {
  let text = "";
  const logger = createLogger({
    writeSync(bytes): number {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  return { logger, written: () => text };
}

const messages = (text: string): string[] =>
  text.split("\n").filter((line) => line !== "").map((line) => /"msg":"([^"]*)"/.exec(line)?.[1] ?? "");

Deno.test("createLogger() keeps lines until it is opened, then writes those of the level", () => {
  const { logger, written } = capture();
  logger.debug("first");
  logger.warn("second", { n: 1n });
  assertEquals(written(), "");
  logger.open({ level: "info", file: null });
  assertEquals(messages(written()), ["second"]);
  logger.info("third");
  logger.debug("fourth");
  logger.error("fifth");
  assertEquals(messages(written()), ["second", "third", "fifth"]);
});

Deno.test("createLogger() writes the same lines to the file", () => {
  const directory = Deno.makeTempDirSync({ prefix: "natra-log-" });
  try {
    const { logger, written } = capture();
    logger.info("early");
    logger.open({ level: "debug", file: `${directory}/natra.log` });
    logger.debug("late", { error: new Error("why") });
    assertEquals(Deno.readTextFileSync(`${directory}/natra.log`), written());
    assertEquals(messages(written()), ["early", "late"]);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("createLogger() keeps the first 256 lines before it is opened", () => {
  const { logger, written } = capture();
  for (let i = 0; i < 1000; i++) logger.info(`line ${i}`);
  logger.open({ level: "info", file: null });
  assertEquals(messages(written()).length, 256);
  assertMatch(written(), /"msg":"line 0"/);
});

Deno.test("createLogger() never throws, whatever cannot be written", () => {
  const logger = createLogger({
    writeSync(): number {
      throw new Deno.errors.BrokenPipe("gone");
    },
  });
  logger.open({ level: "debug", file: "/proc/natra/no/such.log" });
  logger.error("lost");
  const cycle: Record<string, unknown> = {};
  cycle["cycle"] = cycle;
  logger.error("odd", cycle);
});
