import { assertEquals } from "@std/assert";

Deno.test("a guest runs every BPF test", () => {
  const source = Deno.readTextFileSync(new URL("./bpf_tests.ts", import.meta.url));
  const run = [...source.matchAll(/import\("\.\.\/\.\.\/\.\.\/tests\/bpf\/([^"]+)"\)/g)].map(([, name]) =>
    name
  );
  const there = [...Deno.readDirSync(new URL("../../../tests/bpf", import.meta.url))].map(({ name }) => name);
  assertEquals(run, there.filter((name) => name.endsWith("_test.ts")).toSorted());
});
