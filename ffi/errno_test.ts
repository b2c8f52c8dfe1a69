import { assertEquals } from "@std/assert";
import { Errno, errnoName } from "./errno.ts";

Deno.test("errnoName() names the kernel's and libbpf's codes", () => {
  assertEquals([2, 22, 95, 524, 4007].map(errnoName), [
    "ENOENT",
    "EINVAL",
    "EOPNOTSUPP",
    "ENOTSUPP",
    "LIBBPF_ERRNO__VERIFY",
  ]);
});

Deno.test("errnoName() gives the number of a code that it does not know", () => {
  assertEquals([0, 41, 100000].map(errnoName), ["errno 0", "errno 41", "errno 100000"]);
});

Deno.test("Errno holds the codes that its names say", () => {
  for (const [name, code] of Object.entries(Errno)) assertEquals(errnoName(code), name);
});
