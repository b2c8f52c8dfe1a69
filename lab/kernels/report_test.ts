import { assertEquals, assertThrows } from "@std/assert";
import { type CheckReport, formatReport, parseReport, parseReports } from "./report.ts";

const held: CheckReport = { check: "held", error: null, data: { rate: 1 }, seconds: 2 };
const broken: CheckReport = { check: "broken", error: "two\nlines", data: null, seconds: 1 };

Deno.test("parseReports() reads what formatReport() wrote between other output", () => {
  const output = `noise\n${formatReport(held)}more\r\n${formatReport(broken)}${
    formatReport({ checks: 2 })
  }bye`;
  assertEquals(parseReports(output), [held, broken]);
});

Deno.test("parseReports() refuses a report that was cut short", () => {
  assertThrows(() => parseReports(formatReport(held)), Error, "1 checks came");
  assertThrows(() => parseReports(formatReport(held) + formatReport({ checks: 2 })), Error, 'of "2"');
  assertThrows(() => parseReports(""), Error, "0 checks came");
});

Deno.test("parseReport() passes over what is no report", () => {
  assertEquals(parseReport("noise"), null);
  assertEquals(parseReport(formatReport(held).trimEnd()), held);
});
