/** The rules of the house (docs and README say why): who may know whom, and what no file may hold. */
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { PRODUCTS } from "../src/products.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** A TypeScript file of the project. */
interface Source {
  /** Its path below the project's root. */
  readonly path: string;
  readonly text: string;
  /** The files of the project that it imports, by their path; packages as they are written. */
  readonly imports: readonly string[];
}

const isTest = ({ path }: Source): boolean => path.endsWith("_test.ts") || /^(tests|lab)\//.test(path);

function* filesBelow(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${ROOT}${directory}`)) {
    const path = directory === "" ? name : `${directory}/${name}`;
    if (isDirectory && !/^(\.git|build|node_modules|fixtures)$/.test(name)) yield* filesBelow(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

function readSource(path: string): Source {
  const text = Deno.readTextFileSync(`${ROOT}${path}`);
  const specifiers = [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*"([^"\s$]+)"/g)].map((
    [, found = ""],
  ) => found);
  const below = (specifier: string): string => new URL(specifier, `file:///${path}`).pathname.slice(1);
  return { path, text, imports: specifiers.map((found) => found.startsWith(".") ? below(found) : found) };
}

const all = [...filesBelow("")].sort().map(readSource);
/** What is built into the executable. */
const shipped = all.filter((source) => /^(main\.ts$|src\/|ffi\/)/.test(source.path) && !isTest(source));

/** The files among `sources` that import what matches, with it. */
function importers(sources: readonly Source[], wanted: RegExp): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter((found) => wanted.test(found)).map((found) => `${path} imports ${found}`)
  );
}

const outside = (...rooms: readonly string[]): Source[] =>
  shipped.filter(({ path }) => !rooms.some((room) => path.startsWith(`${room}/`)));
const inside = (...rooms: readonly string[]): Source[] =>
  shipped.filter(({ path }) => rooms.some((room) => path.startsWith(`${room}/`)));

Deno.test("the rules below see the project: its files, and their imports both static and lazy", () => {
  assertGreater(shipped.length, 50);
  assertGreater(importers(shipped, /^ffi\/libbpf\.ts$/).length, 0);
  assertGreater(importers(shipped, /^src\/cli\/command\.ts$/).length, 0);
  for (const { path, imports } of shipped) {
    for (const found of imports.filter((name) => /^(src|ffi)\/.*\.ts$/.test(name))) {
      assertEquals(shipped.some((other) => other.path === found), true, `"${path}" imports "${found}"`);
    }
  }
});

Deno.test("only ffi/native.ts opens libraries and touches foreign memory", () => {
  const door = /Deno\.(dlopen|UnsafeFnPointer|UnsafePointerView|UnsafePointer\.)|new Deno\.UnsafeCallback/;
  assertEquals(shipped.filter(({ text }) => door.test(text)).map(({ path }) => path), ["ffi/native.ts"]);
});

/**
 * The floors of the house, from the ground up: a room imports only rooms of floors below its own. Wings stand beside each
 * other: none knows another.
 */
const FLOORS: readonly (readonly string[])[] = [
  ["ffi"],
  ["src/base", "src/registry"],
  ["src/kernel"],
  ["src/net"],
  ["src/ebpf"],
  ["src/state", "src/pod"],
  ["src/cni", "src/metrics", "src/kube", "src/cli"],
  ["src/install"],
  ["src/agent"],
  ["src/commands"],
  ["src/natra", "src/pona", "src/patronus"],
  ["src/products.ts"],
  ["main.ts"],
];
const WINGS = ["src/natra", "src/pona", "src/patronus"];

/** `src/net` of `src/net/links.ts`; a file that is in no room stands for itself. */
const roomOf = (path: string): string =>
  path.startsWith("src/") && path.split("/").length > 2
    ? path.split("/").slice(0, 2).join("/")
    : path.split("/")[0] === "ffi"
    ? "ffi"
    : path;
const floorOf = (path: string): number => FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));

/** The imports that lead to a floor that is not below the importing room's. */
function upwardImports(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter((found) => /^(src|ffi)\//.test(found) && roomOf(found) !== roomOf(path))
      .filter((found) => floorOf(found) >= floorOf(path)).map((found) => `${path} imports ${found}`)
  );
}

/** The files that import each other in a circle, each circle from its first file on. */
function circles(sources: readonly Source[]): string[] {
  const importsOf = new Map(sources.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at >= 0) found.push([...way.slice(at), path].join(" -> "));
    if (at >= 0 || done.has(path)) return;
    for (const next of importsOf.get(path) ?? []) if (importsOf.has(next)) walk(next, [...way, path]);
    done.add(path);
  };
  for (const { path } of sources) walk(path, []);
  return found;
}

const products = await Promise.all(Object.values(PRODUCTS).map((load) => load()));
const source = (path: string, ...imports: string[]): Source => ({ path, text: "", imports });

Deno.test("each room is on a floor, and imports only what is on a floor below it", () => {
  assertEquals(shipped.filter(({ path }) => floorOf(path) < 0).map(({ path }) => path), []);
  assertEquals(upwardImports(shipped), []);
});

Deno.test("upwardImports() finds shared code that knows a product, and a product that knows another", () => {
  const broken = [
    source("src/net/links.ts", "src/natra/limits/limits.ts", "ffi/native.ts", "src/net/tc.ts"),
    source("src/pona/product.ts", "src/natra/product.ts", "src/net/links.ts"),
    source("src/commands/agent.ts", "src/patronus/product.ts"),
  ];
  assertEquals(upwardImports(broken), [
    "src/net/links.ts imports src/natra/limits/limits.ts",
    "src/pona/product.ts imports src/natra/product.ts",
    "src/commands/agent.ts imports src/patronus/product.ts",
  ]);
});

Deno.test("no file imports itself by way of others", () => {
  assertEquals(circles(shipped), []);
  assertEquals(circles([source("a", "b"), source("b", "c", "d"), source("c", "a"), source("d")]), [
    "a -> b -> c -> a",
  ]);
});

Deno.test("only src/products.ts imports a product", () => {
  const outsideWings = outside(...WINGS).filter(({ path }) => path !== "src/products.ts");
  assertEquals(
    importers(outsideWings, /^src\/(natra|pona|patronus)\//),
    [],
  );
});

/** Where the names and numbers of allotments are spelled: beside the code that they are for, and in each product.ts. */
const SPELLED =
  /^(src\/[a-z]+\/product\.ts|src\/registry\/names\.ts|src\/natra\/(node_state|chained_plugin|datapath\/handles)\.ts)$/;

Deno.test("what a product owns on a node is spelled out in one place: no other file repeats a path, a handle or a port", () => {
  const paths = products.flatMap(({ allotment }) => allotment.names.path ?? []);
  const numbers = products.flatMap(({ allotment: { numbers } }) => Object.values(numbers).flat())
    .flatMap(({ first, last }) => [first, last]).filter((number) => number >= 1000);
  assertGreater(Math.min(paths.length, numbers.length), 5);
  const spellings = [
    ...paths.map((path) => new RegExp(`"${path}[/"]`)),
    ...numbers.map((number) =>
      new RegExp(`(?<![\\w.])(${number}|0x${number.toString(16)}(0000)?)(?![\\w.])`)
    ),
    ...numbers.map((number) =>
      new RegExp(`(?<![\\w.])${String(number).replace(/(?=(\\d{3})+$)/g, "_")}(?![\\w.])`)
    ),
  ];
  const code = (text: string): string => text.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
  const found = shipped.filter(({ path }) => !SPELLED.test(path)).flatMap(({ path, text }) =>
    spellings.filter((spelling) => spelling.test(code(text))).map((spelling) => `${path}: ${spelling.source}`)
  );
  assertEquals(found, []);
});

Deno.test("only src/ebpf knows libbpf, only ffi and src/net tables of the C library", () => {
  assertEquals(importers(outside("src/net"), /^ffi\/libc_net\.ts$/), []);
  assertEquals(importers(outside("src/ebpf"), /^ffi\/libbpf\.ts$/), []);
  assertEquals(importers(outside("ffi"), /^ffi\/libc\.ts$/), []);
});

Deno.test("pure decisions import no I/O", () => {
  assertEquals(
    importers(inside("src/natra/limits"), /^(?!src\/(natra\/limits\/|base\/|pod\/direction\.ts$))/),
    [],
  );
  assertEquals(
    inside("src/natra/limits").filter(({ text }) => /\bDeno\./.test(text)).map(({ path }) => path),
    [],
  );
});

Deno.test("the doctor changes nothing: it knows none of the rooms that do", () => {
  const changing =
    /^src\/(natra\/datapath\/(hold|release|change|change_direction|direction|datapath|object)|state\/(lock|records)|net\/netns)\.ts$/;
  assertEquals(importers(inside("src/natra/commands/doctor"), changing), []);
});

/** What the paths that begin at a file load at once: all static imports below it. */
function loadedAtOnce(path: string): string[] {
  const found = new Set<string>([path]);
  for (const next of found) {
    const text = shipped.find((other) => other.path === next)?.text ?? "";
    for (
      const [, specifier = ""] of text.matchAll(/^(?:import|export)\b(?! type)[^;]*?\bfrom "([^"]+)";/gm)
    ) {
      found.add(
        specifier.startsWith(".") ? new URL(specifier, `file:///${next}`).pathname.slice(1) : specifier,
      );
    }
  }
  return [...found];
}

Deno.test("a pod's start loads nothing of the node's tool or the agent, and no library but valibot", () => {
  for (
    const entry of [
      "main.ts",
      ...shipped.map(({ path }) => path).filter((path) => /^src\/[a-z]+\/cni\/verbs\.ts$/.test(path)),
    ]
  ) {
    const loaded = loadedAtOnce(entry).filter((path) => !/^(main\.ts|src\/.*|ffi\/.*|valibot)$/.test(path));
    assertEquals(loaded, [], entry);
    assertEquals(
      loadedAtOnce(entry).filter((path) => /^src\/(agent|cli|commands|install|kube|metrics)\//.test(path)),
      [],
      entry,
    );
  }
});

Deno.test("the page's browser code knows the agent's answers and how figures are shortened, nothing else of the house, and writes no markup", () => {
  assertEquals(
    importers(
      inside("src/natra/page/browser"),
      /^(?!src\/natra\/page\/(browser\/|contract\.ts$)|src\/base\/figures\.ts$|uplot)/,
    ),
    [],
  );
  assertEquals(importers(outside("src/natra/page/browser"), /^src\/natra\/page\/browser\/|^uplot/), []);
  const markup =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\("(style|on)/;
  assertEquals(inside("src/natra/page").filter(({ text }) => markup.test(text)).map(({ path }) => path), []);
});

Deno.test("a CNI answer has one writer, and so have the tool's lines", () => {
  const writes = shipped.filter(({ text }) => /^(?!\s*(\*|\/\/)).*Deno\.stdout/m.test(text)).map(({ path }) =>
    path
  );
  assertEquals(writes, ["src/cli/output.ts", "src/cni/protocol.ts"]);
});

Deno.test("what is shipped imports no test, and asserts with no testing library", () => {
  assertEquals(importers(shipped, /^(tests|lab|scripts)\/|_test\.ts$|^@std\/assert|^fast-check/), []);
});

Deno.test("every import of a package goes by the import map", () => {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    Deno.readTextFileSync(`${ROOT}deno.json`),
  );
  const direct = importers(all, /^(?!(main|ffi|src|tests|lab|scripts|build)\b|node:)/)
    .filter((found) => !Object.hasOwn(imports, found.split(" imports ")[1] ?? ""));
  assertEquals(direct, []);
});

Deno.test("no file is put off, silenced or endless", () => {
  // In pieces, so that this file does not find itself.
  const words = [
    "TO" + "DO",
    "FIX" + "ME",
    "deno-lint-" + "ignore",
    "@ts-" + "ignore",
    "@ts-" + "expect-error",
  ];
  const found = all.flatMap(({ path, text }) =>
    words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`)
  );
  assertEquals(found, []);
  const long = all.filter(({ text }) => text.split("\n").length > 400).map(({ path }) => path);
  assertEquals(long, []);
});

Deno.test("each file of C says its licence: the kernel's and ours for what runs in the kernel, ours for the rest", () => {
  const spdx = (path: string): string | undefined =>
    /SPDX-License-Identifier: ([^*\n]+?) *(\*\/)?$/m.exec(Deno.readTextFileSync(`${ROOT}${path}`))?.[1];
  const licenceOf = (path: string): string =>
    /(^|\/)bpf\/|\.bpf\.c$/.test(path) ? "GPL-2.0-only OR BSD-2-Clause" : "Apache-2.0";
  const shippedC = ["bpf/lib", "bpf/natra", "ffi"].flatMap((room) =>
    [...Deno.readDirSync(`${ROOT}${room}`)].map(({ name }) => `${room}/${name}`)
  ).filter((path) => /\.[ch]$/.test(path));
  assertGreater(shippedC.length, 5);
  assertEquals(shippedC.filter((path) => spdx(path) !== licenceOf(path)), []);
  // What the kernel reads: with another string it refuses the helpers that are for GPL programs alone.
  assertStringIncludes(
    Deno.readTextFileSync(`${ROOT}bpf/natra/natra.bpf.c`),
    'SEC("license") = "Dual BSD/GPL"',
  );
  assertStringIncludes(Deno.readTextFileSync(`${ROOT}LICENSE`), "Apache License");
});
