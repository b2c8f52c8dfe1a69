import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bpfFlags } from "../build/bpf.ts";
import { context } from "../build/context.ts";
import { run, tool } from "../build/run.ts";
import { type Btf, readBtf } from "./btf.ts";
import { Layout } from "./describe.ts";
import { render } from "./render.ts";

const preamble = `
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
`;

/** Compiles and strips C as the build does, and reads the BTF. */
async function compiled(source: string): Promise<Btf> {
  const dir = await Deno.makeTempDir();
  try {
    const here = context(false);
    await Deno.writeTextFile(`${dir}/x.c`, preamble + source);
    await run(here, [tool("clang").path, ...bpfFlags(dir), "-c", "x.c", "-o", "x.o"], { cwd: dir });
    await run(here, [tool("llvm-strip").path, "-g", "x.o"], { cwd: dir });
    return await readBtf(here, `${dir}/x.o`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("readBtf() places variables in their sections, padding included", async () => {
  const btf = await compiled(`
    const volatile __u8 depth = 4;
    const volatile __u64 rate = 1;
    __u32 packets;
    SEC("tc") int f(struct __sk_buff *skb) { packets += rate + depth; return 0; }
  `);
  const places = btf.sections.map((
    { name, size, variables },
  ) => [name, size, variables.map((v) => [v.name, v.offset])]);
  assertEquals(places, [[".bss", 4, [["packets", 0]]], [".rodata", 16, [["depth", 0], ["rate", 8]]]]);
  assertEquals(btf.maps, []);
});

Deno.test("Layout describes nested structs, arrays of arrays, anonymous unions and negative enums", async () => {
  const btf = await compiled(`
    enum colour { RED = 1, BLUE = -2, GREEN };
    struct point { __s16 x, y; };
    struct shape {
      struct point corner[3];
      __u8 grid[2][5];
      union { __u32 whole; __u16 half[2]; };
      enum colour colour;
    };
    struct {
      __uint(type, BPF_MAP_TYPE_HASH);
      __uint(max_entries, 8);
      __type(key, __u64);
      __type(value, struct shape);
    } shapes SEC(".maps");
    SEC("tc") int f(struct __sk_buff *skb) { __u64 k = 0; return bpf_map_lookup_elem(&shapes, &k) ? 1 : 0; }
  `);
  const layout = new Layout(btf);
  const [map] = btf.maps;
  assertEquals(map?.name, "shapes");
  assertEquals(map && layout.field("key", 0, map.key), { name: "key", offset: 0, size: 8, signed: false });
  assertEquals(map && layout.field("value", 0, map.value), { name: "value", offset: 0, struct: "shape" });
  assertEquals(layout.structs, [{
    name: "point",
    size: 4,
    fields: [{ name: "x", offset: 0, size: 2, signed: true }, {
      name: "y",
      offset: 2,
      size: 2,
      signed: true,
    }],
  }, {
    name: "shape",
    size: 32,
    fields: [
      { name: "corner", offset: 0, struct: "point", count: 3 },
      { name: "grid", offset: 12, size: 1, signed: false, count: 10 },
      { name: "whole", offset: 24, size: 4, signed: false },
      { name: "half", offset: 24, size: 2, signed: false, count: 2 },
      { name: "colour", offset: 28, size: 4, signed: true },
    ],
  }]);
  assertEquals(layout.enums, [{ name: "colour", values: [["RED", 1], ["BLUE", -2], ["GREEN", -1]] }]);
});

Deno.test("render() writes a module that has the same layout", async () => {
  const btf = await compiled(`
    struct bucket_state { __u64 tokens; __u32 slots[4]; };
    struct bucket_state state;
    SEC("tc") int f(struct __sk_buff *skb) { return state.slots[skb->len & 3]++; }
  `);
  const module = await import(`data:application/typescript,${encodeURIComponent(render(btf))}`);
  const fields = {
    tokens: { offset: 0, size: 8, signed: false },
    slots: { offset: 8, size: 4, signed: false, count: 4 },
  };
  assertEquals(module.bucketState, { size: 24, fields });
  assertEquals(module.sections, {
    ".bss": { size: 24, variables: { state: { offset: 0, size: 24, fields } } },
  });
  assertEquals(module.maps, {});
});

Deno.test("Layout rejects what user space cannot share", async () => {
  const bits = await compiled(`
    struct flags { __u32 a : 3, b : 5; } flags;
    SEC("tc") int f(struct __sk_buff *skb) { return flags.b; }
  `);
  assertThrows(() => render(bits), Error, 'the bit field "flags.a"');
  const pointer = await compiled(`
    void *where;
    SEC("tc") int f(struct __sk_buff *skb) { return where != 0; }
  `);
  assertThrows(() => render(pointer), Error, 'Cannot describe "where"');
});

Deno.test("readBtf() rejects an object without BTF", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const here = context(false);
    await Deno.writeTextFile(`${dir}/x.c`, "int x;\n");
    await run(here, [tool("clang").path, "-target", "bpf", "-c", "x.c", "-o", "x.o"], { cwd: dir });
    await assertRejects(() => readBtf(here, `${dir}/x.o`), Error, "bpftool");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
