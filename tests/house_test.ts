/** The rules of the house (docs and README say why): who may know whom, and what no file may hold. */
import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";

const ROOT = new URL("../", import.meta.url).pathname;

/** A TypeScript file of the project. */
interface Source {
  /** Its path below the project's root. */
  readonly path: string;
  readonly text: string;
  /** The files of the project that it imports, by their path; packages as they are written. */
  readonly imports: readonly string[];
}

const isTest = ({ path }: Source): boolean => path.endsWith("_test.ts") || path.startsWith("tests/");

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
  assertEquals(importers(shipped, /^src\/node\/command\.ts$/), ["main.ts imports src/node/command.ts"]);
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

Deno.test("only src/net knows libmnl, only src/kernel and src/datapath know libbpf, only ffi the C library's table", () => {
  assertEquals(importers(outside("src/net"), /^ffi\/libmnl\.ts$/), []);
  assertEquals(importers(outside("src/kernel", "src/datapath"), /(^ffi|^src\/kernel)\/libbpf\.ts$/), []);
  assertEquals(importers(outside("ffi"), /^ffi\/libc\.ts$/), []);
});

Deno.test("only the rooms that work with the kernel call native code", () => {
  const native = ["ffi", "src/net", "src/kernel", "src/datapath", "src/state"];
  assertEquals(importers(outside(...native), /^ffi\//), []);
});

Deno.test("ffi, src/net, src/kernel, src/pod and src/state know nothing of bandwidth", () => {
  const neighbourly = inside("ffi", "src/net", "src/kernel", "src/pod", "src/state", "src/agent");
  assertEquals(importers(neighbourly, /^src\/(limits|datapath|cni|node)\//), []);
  const told = neighbourly.filter(({ text }) => /bandwidth|elephant|\bmice\b|\bpacer/i.test(text));
  assertEquals(told.map(({ path }) => path), []);
});

Deno.test("src/install knows lists and files, and nothing of bandwidth: what it chains is handed to it", () => {
  const install = inside("src/install");
  assertGreater(install.length, 5);
  assertEquals(
    importers(install, /^(?!src\/(install|log)\/|src\/cni\/json\.ts$|src\/state\/names\.ts$)/),
    [],
  );
  const told = install.filter(({ text }) => /bandwidth|elephant|\bmice\b|\bpacer|ingress|egress/i.test(text));
  assertEquals(told.map(({ path }) => path), []);
});

Deno.test("src/cni knows limits and datapath in its verbs alone, and the protocol in none of them", () => {
  const verbs = /^src\/cni\/(add|check|del|gc|status|requested_limits)\.ts$/;
  const protocol = inside("src/cni").filter(({ path }) => !verbs.test(path));
  assertEquals(importers(protocol, /^src\/(limits|datapath|net|pod|kernel)\//), []);
});

Deno.test("the doctor changes nothing: it knows none of the rooms that do", () => {
  const changing =
    /^src\/(datapath\/(hold|release|change|alter|let_go|mod|object)|state\/(lock|records)|net\/netns)\.ts$/;
  assertEquals(importers(inside("src/node/doctor"), changing), []);
});

Deno.test("src/limits decides, and touches neither the node nor the protocol", () => {
  assertEquals(importers(inside("src/limits"), /^(?!src\/(limits|log)\/)/), []);
  assertEquals(inside("src/limits").filter(({ text }) => /\bDeno\./.test(text)).map(({ path }) => path), []);
});

Deno.test("ffi imports nothing but ffi", () => assertEquals(importers(inside("ffi"), /^(?!ffi\/)/), []));

Deno.test("the plugin's path loads nothing of the node's tool, and none of its libraries but valibot", () => {
  assertEquals(importers(inside("src/cni"), /^src\/(node|agent)\//), []);
  assertEquals(importers(inside("src/cni"), /^src\/install\//), [
    "src/cni/del.ts imports src/install/stub.ts",
  ]);
  const plugin = inside(
    "ffi",
    "src/cni",
    "src/limits",
    "src/log",
    "src/net",
    "src/pod",
    "src/kernel",
    "src/state",
  );
  assertEquals(importers([...plugin, ...inside("src/datapath")], /^(?!src\/|ffi\/|valibot$)/), []);
});

Deno.test("the page's browser code knows the agent's answers and how figures are shortened, nothing else of the house, and writes no markup", () => {
  assertEquals(
    importers(inside("src/page/browser"), /^(?!src\/page\/(browser\/|(contract|figures)\.ts$)|uplot)/),
    [],
  );
  assertEquals(importers(outside("src/page/browser"), /^src\/page\/browser\/|^uplot/), []);
  const markup =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\("(style|on)/;
  assertEquals(inside("src/page").filter(({ text }) => markup.test(text)).map(({ path }) => path), []);
});

Deno.test("a CNI answer has one writer, and so have the tool's lines", () => {
  const writes = shipped.filter(({ text }) => /^(?!\s*(\*|\/\/)).*Deno\.stdout/m.test(text)).map(({ path }) =>
    path
  );
  assertEquals(writes, ["src/cni/protocol.ts", "src/node/output.ts"]);
});

Deno.test("what is shipped imports no test, and asserts with no testing library", () => {
  assertEquals(importers(shipped, /^(tests|scripts)\/|_test\.ts$|^@std\/assert|^fast-check/), []);
});

Deno.test("every import of a package goes by the import map", () => {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    Deno.readTextFileSync(`${ROOT}deno.json`),
  );
  const direct = importers(all, /^(?!(main|ffi|src|tests|scripts|build)\b|node:)/)
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

Deno.test("every link between the papers leads to a file that is there", () => {
  const papers = [...Deno.readDirSync(ROOT), ...[...Deno.readDirSync(`${ROOT}docs`)].map(inDocs)]
    .map(({ name }) => name).filter((name) => name.endsWith(".md"));
  assertGreater(papers.length, 10);
  const dead = papers.flatMap((paper) => {
    const links = [...Deno.readTextFileSync(`${ROOT}${paper}`).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)];
    return links.map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !isThere(new URL(link, `file://${ROOT}${paper}`))).map((link) => `${paper}: ${link}`);
  });
  assertEquals(dead, []);
});

Deno.test("docs/development.md says of each group of tests what it is sure of", () => {
  const told = Deno.readTextFileSync(`${ROOT}docs/development.md`);
  const known = [...Deno.readDirSync(`${ROOT}tests`)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => name).filter((name) => !/^(fixtures|run)$/.test(name));
  assertEquals(known.filter((name) => !told.includes(`\`${name}\``)), []);
});

Deno.test("each file of C says its licence: the kernel's and ours for what runs in the kernel, ours for the rest", () => {
  const spdx = (path: string): string | undefined =>
    /SPDX-License-Identifier: ([^*\n]+?) *(\*\/)?$/m.exec(Deno.readTextFileSync(`${ROOT}${path}`))?.[1];
  const licenceOf = (path: string): string =>
    /(^|\/)bpf\/|\.bpf\.c$/.test(path) ? "GPL-2.0-only OR BSD-2-Clause" : "Apache-2.0";
  const shippedC = ["bpf", "ffi"].flatMap((room) =>
    [...Deno.readDirSync(`${ROOT}${room}`)].map(({ name }) => `${room}/${name}`)
  ).filter((path) => /\.[ch]$/.test(path));
  assertGreater(shippedC.length, 5);
  assertEquals(shippedC.filter((path) => spdx(path) !== licenceOf(path)), []);
  // What the kernel reads: with another string it refuses the helpers that are for GPL programs alone.
  assertStringIncludes(Deno.readTextFileSync(`${ROOT}bpf/natra.bpf.c`), 'SEC("license") = "Dual BSD/GPL"');
  assertStringIncludes(Deno.readTextFileSync(`${ROOT}LICENSE`), "Apache License");
});

Deno.test("the version of deno.json is the one that the manifests and papers name", () => {
  const { version }: { version: string } = JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`));
  for (
    const [path, pattern] of [
      ["deploy/cni-installer.yaml", /image: localhost\/natra:(\S+)/g],
      ["deploy/Dockerfile", /localhost\/natra:(\S+)/g],
      ["examples/kustomize/registry/kustomization.yaml", /newTag: (\S+)/g],
      ["docs/install.md", /natra:(\d+\.\d+\.\d+)/g],
    ] as const
  ) {
    const named = [...Deno.readTextFileSync(`${ROOT}${path}`).matchAll(pattern)].map(([, found]) => found);
    assertGreater(named.length, 0, path);
    assertEquals(named.filter((found) => found !== version), [], path);
  }
});

function inDocs(entry: Deno.DirEntry): Deno.DirEntry {
  return { ...entry, name: `docs/${entry.name}` };
}

function isThere(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
