import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { context } from "./context.ts";
import { run, tool } from "./run.ts";

const here = context(false);

Deno.test("run() returns what the command wrote to stdout", async () => {
  assertEquals(
    await run(here, ["sh", "-c", 'printf "%s" "$GREETING"'], { env: { GREETING: "hello" } }),
    "hello",
  );
});

Deno.test("run() quotes the stderr of a command that fails", async () => {
  await assertRejects(
    () => run(here, ["sh", "-c", "echo broken >&2; exit 3"]),
    Error,
    "exit status 3\nbroken",
  );
});

Deno.test("run() ends a command that takes too long", async () => {
  await assertRejects(() => run(here, ["sleep", "60"], { timeoutMs: 50 }), Error, '"sleep 60"');
});

Deno.test("tool() gives two versions of a tool different fingerprints", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/cc`, "one");
    const { fingerprint } = tool(`${dir}/cc`);
    assertEquals(tool(`${dir}/cc`).fingerprint, fingerprint);
    await Deno.writeTextFile(`${dir}/cc`, "another");
    assertEquals(tool(`${dir}/cc`).fingerprint === fingerprint, false);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("tool() says what to do about a tool that is missing", () => {
  assertThrows(() => tool("no-such-compiler"), Error, 'Cannot find "no-such-compiler": run scripts/setup.sh');
});
