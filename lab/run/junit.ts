import { parseXml, XmlElement } from "@rgrove/parse-xml";

/** One test, or one other check that a run makes. */
export interface Case {
  /** Where it stands: a file, or the name of a step. */
  readonly suite: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** How long it took, with all its steps. */
  readonly seconds: number;
}

/** What XML 1.0 forbids; an error's message may hold it all the same. */
const FORBIDDEN = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * Reads the report that `deno test --junit-path` writes.
 *
 * @param text The file's text.
 * @returns Its tests and test steps, in its order.
 * @throws {Error} If it is no such report.
 */
export function parseJunit(text: string): Case[] {
  const { root } = parseXml(text.replaceAll(FORBIDDEN, "\ufffd"));
  if (root === null || root.name !== "testsuites") {
    throw new Error(`Failed to read a test report: its root is "${root?.name ?? ""}", not "testsuites"`);
  }
  return elements(root, "testsuite").flatMap((suite) => {
    const file = suite.attributes["name"] ?? "";
    return elements(suite, "testcase").map((test) => ({
      suite: file,
      name: test.attributes["name"] ?? "",
      outcome: outcomeOf(test),
      seconds: Number(test.attributes["time"] ?? 0),
    }));
  });
}

function elements(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child) => child instanceof XmlElement).filter((child) =>
    child.name === name
  );
}

function outcomeOf(test: XmlElement): Case["outcome"] {
  if (elements(test, "failure").length + elements(test, "error").length > 0) return "failed";
  return elements(test, "skipped").length > 0 ? "skipped" : "passed";
}
