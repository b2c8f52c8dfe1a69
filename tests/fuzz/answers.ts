/** What a plugin may answer, by the CNI specification: written down here, not taken from what is tested. */
import { assert, assertEquals } from "@std/assert";

const VERSIONS: readonly unknown[] = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];
/** The specification's codes, natra's own for CHECK, and libcni's for what should not happen. */
const CODES: readonly unknown[] = [1, 2, 3, 4, 5, 6, 7, 11, 50, 100];

/** The error object. One of code 999 is no answer to bad input but a fault of the plugin. */
export function assertErrorAnswer(text: string): void {
  const answer = parseLine(text);
  assert(VERSIONS.includes(answer["cniVersion"]), text);
  assert(CODES.includes(answer["code"]), text);
  assert(typeof answer["msg"] === "string" && answer["msg"] !== "", text);
  assert(["undefined", "string"].includes(typeof answer["details"]), text);
}

/** The result of an ADD: the previous result, under the request's version. */
export function assertResult(text: string, stdin: string): void {
  const received = new TextDecoder().decode(new TextEncoder().encode(stdin)); // no mark of UTF-8, no half characters
  const conf = JSON.parse(received) as { cniVersion: unknown; prevResult: object };
  assertEquals(parseLine(text), { ...conf.prevResult, cniVersion: conf.cniVersion });
  assert(VERSIONS.includes(conf.cniVersion), text);
}

/** How the executable may end, and what it may say. */
export function assertOutcome(command: string, code: number, stdout: string, stdin: string): void {
  if (code === 1) return assertErrorAnswer(stdout);
  assertEquals(code, 0);
  if (command === "ADD") return assertResult(stdout, stdin);
  if (command !== "VERSION") return assertEquals(stdout, "");
  assertEquals(parseLine(stdout), { cniVersion: "1.1.0", supportedVersions: VERSIONS });
}

function parseLine(text: string): Readonly<Record<string, unknown>> {
  assert(
    text.endsWith("\n") && text.indexOf("\n") === text.length - 1,
    `not one line: ${JSON.stringify(text)}`,
  );
  assert(text.startsWith("{"), `no object: ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
