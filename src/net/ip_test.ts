import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  familyOf,
  formatAddress,
  formatPrefix,
  parseAddress,
  parseMac,
  parsePrefix,
  readAddress,
  readMac,
} from "./ip.ts";

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

Deno.test("formatAddress() and parseAddress() undo each other for every address of both families", () => {
  fc.assert(fc.property(fc.oneof(bytes(4), bytes(16)), (address) => {
    const text = formatAddress(address) ?? "";
    assertEquals([...parseAddress(text)], [...address]);
    assertEquals(familyOf(text), address.length === 4 ? "ipv4" : "ipv6");
  }));
});

Deno.test("formatAddress() is canonical, as RFC 5952 and ip(8) write addresses", () => {
  const canonical = (text: string): string | undefined => formatAddress(parseAddress(text));
  assertEquals(
    ["2001:DB8:0:0:0:0:0:1", "::", "fe80:0::1", "::ffff:10.0.0.1", "1:0:0:2:0:0:0:3"].map(canonical),
    ["2001:db8::1", "::", "fe80::1", "::ffff:10.0.0.1", "1:0:0:2::3"],
  );
});

Deno.test("formatAddress() gives nothing for bytes that are no address", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (found) => {
    assertEquals(formatAddress(found) === undefined, found.length !== 4 && found.length !== 16);
  }));
});

Deno.test("parseAddress() refuses what is not an address, and quotes it briefly", () => {
  for (
    const wrong of [
      "",
      "10.0.0",
      "10.0.0.256",
      "010.0.0.1",
      "10.0.0.1/8",
      "fe80::1%eth0",
      "1::2::3",
      ":::",
      " ::1",
    ]
  ) {
    assertThrows(() => parseAddress(wrong), Error, JSON.stringify(wrong));
  }
  assertThrows(() => parseAddress("10.0.0.1\0junk"), Error, "IP address");
  const { message } = assertThrows(() => parseAddress("x".repeat(10_000)), Error);
  assertEquals(message.length < 200, true);
});

Deno.test("parsePrefix() takes CIDRs of both families, and nothing else", () => {
  assertEquals(parsePrefix("10.1.0.0/16"), { address: "10.1.0.0", length: 16 });
  assertEquals(formatPrefix(parsePrefix("2001:DB8::/32")), "2001:db8::/32");
  for (
    const wrong of [
      "10.0.0.0",
      "10.0.0.0/33",
      "::/129",
      "10.0.0.0/-1",
      "10.0.0.0/08",
      "/8",
      "10.0.0.0/8/8",
      "10.0.0.0/",
    ]
  ) {
    assertThrows(() => parsePrefix(wrong), Error, "CIDR");
  }
});

Deno.test("parseMac() and readMac() undo each other", () => {
  fc.assert(fc.property(bytes(6), (mac) => {
    const view = new DataView(mac.buffer, mac.byteOffset, mac.byteLength);
    const text = readMac(new Map([[1, view]]), 1) ?? "";
    assertEquals([...parseMac(text)], [...mac]);
  }));
  for (const wrong of ["", "02:00", "02-00-00-00-00-01", "02:00:00:00:00:0g", "02:00:00:00:00:01:02"]) {
    assertThrows(() => parseMac(wrong), Error, "MAC");
  }
  assertEquals(readMac(new Map(), 1), undefined);
  assertEquals(readAddress(new Map(), 1), undefined);
});
