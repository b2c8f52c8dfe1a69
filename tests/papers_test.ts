/** The papers (README, docs and the rest) name what is there. */
import { assertEquals, assertGreater } from "@std/assert";

const ROOT = new URL("../", import.meta.url).pathname;

/** The papers: Markdown at the root, in docs, and the READMEs of other directories. */
function papers(): string[] {
  const inRoot = [...Deno.readDirSync(ROOT)].map(({ name }) => name);
  const inDocs = [...Deno.readDirSync(`${ROOT}docs`)].map(({ name }) => `docs/${name}`);
  const rooms = ["deploy/observability", "lab", "lab/bench", "tests/rig", "tests/rig/cluster", "third_party"];
  const others = rooms.map((room) => `${room}/README.md`);
  const found = [...inRoot, ...inDocs].filter((name) => name.endsWith(".md"));
  assertGreater(found.length, 10);
  return [...found, ...others];
}

Deno.test("every link between the papers leads to a file that is there", () => {
  const dead = papers().flatMap((paper) => {
    const links = [...Deno.readTextFileSync(`${ROOT}${paper}`).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)];
    return links.map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !isThere(new URL(link, `file://${ROOT}${paper}`))).map((link) => `${paper}: ${link}`);
  });
  assertEquals(dead, []);
});

Deno.test("every anchor that the papers link to is a heading there", () => {
  const anchors = (text: string): string[] =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
    );
  const dead = papers().flatMap((paper) =>
    [...Deno.readTextFileSync(`${ROOT}${paper}`).matchAll(/\]\(([^)\s#:]*\.md)?#([^)\s]+)\)/g)]
      .filter(([, file, anchor = ""]) => {
        const url = file === undefined
          ? new URL(`file://${ROOT}${paper}`)
          : new URL(file, `file://${ROOT}${paper}`);
        return !isThere(url) || !anchors(Deno.readTextFileSync(url)).includes(anchor);
      }).map(([link]) => `${paper}: ${link}`)
  );
  assertEquals(dead, []);
});

Deno.test("every path of the tree that the papers name is there", () => {
  const path = /`((?:src|bpf|ffi|lab|tests|scripts|deploy|examples|docs|third_party)\/[\w./-]*)(?=[ `])/g;
  const named = papers().flatMap((paper) =>
    [...Deno.readTextFileSync(`${ROOT}${paper}`).matchAll(path)].map(([, found = ""]) =>
      [paper, found] as const
    )
  ).filter(([, found]) => !found.includes("NAME"));
  assertGreater(named.length, 50);
  assertEquals(named.filter(([, found]) => !isThere(new URL(found, `file://${ROOT}`))), []);
});

Deno.test("no paper has more than 250 lines", () => {
  const long = papers().filter((paper) => Deno.readTextFileSync(`${ROOT}${paper}`).split("\n").length > 251);
  assertEquals(long, []);
});

Deno.test("docs/development.md says of each group of tests what it is sure of", () => {
  const told = Deno.readTextFileSync(`${ROOT}docs/development.md`);
  const known = ["tests", "lab"].flatMap((room) => [...Deno.readDirSync(`${ROOT}${room}`)]).filter((
    { isDirectory },
  ) => isDirectory)
    .map(({ name }) => name).filter((name) => !/^(fixtures|run)$/.test(name));
  assertEquals(known.filter((name) => !told.includes(`\`${name}\``)), []);
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

function isThere(url: URL): boolean {
  try {
    Deno.statSync(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
