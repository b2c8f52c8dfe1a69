import { assertEquals, assertStrictEquals } from "@std/assert";
import { asCniError, CniError, CODE } from "./errors.ts";

Deno.test("CniError.toAnswer() is the specification's error object", () => {
  assertEquals(new CniError(CODE.DECODING_FAILURE, "Cannot read").toAnswer("1.0.0"), {
    cniVersion: "1.0.0",
    code: 6,
    msg: "Cannot read",
  });
  assertEquals(new CniError(CODE.INVALID_ENVIRONMENT, "Missing", "CNI_IFNAME").toAnswer("0.4.0"), {
    cniVersion: "0.4.0",
    code: 4,
    msg: "Missing",
    details: "CNI_IFNAME",
  });
});

Deno.test("asCniError() keeps a CniError and wraps everything else", () => {
  const error = new CniError(CODE.IO_FAILURE, "Cannot read");
  assertStrictEquals(asCniError(error), error);
  const cause = new TypeError("odd");
  const wrapped = asCniError(cause);
  assertEquals([wrapped.code, wrapped.message, wrapped.cause === cause], [999, "odd", true]);
  assertEquals(asCniError("text").message, "text");
});
