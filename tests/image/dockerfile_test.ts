/**
 * deploy/Dockerfile makes the image that scripts/image.sh makes: nobody here has a builder, so its lines are
 * compared.
 */
import { assert, assertEquals } from "@std/assert";
import { context } from "../../scripts/build/context.ts";
import { PACKAGES } from "../../scripts/image/debian.ts";
import { LINKS, MOUNT_POINTS, NATRA, TAKEN, TEXTS } from "../../scripts/image/files.ts";

const { root } = context(false);
const text = Deno.readTextFileSync(`${root}/deploy/Dockerfile`).replaceAll("\\\n", " ");

const all = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = ""]) => found);

Deno.test("the Dockerfile copies the files of the image, each to its own place", () => {
  const copies = [...text.matchAll(/^COPY --from=debian \/(\S+) \/(\S*)$/gm)].filter(([, from]) =>
    from !== "places/"
  );
  assertEquals(copies.map(([, from]) => from).toSorted(), Object.values(TAKEN).flat().toSorted());
  for (const [, from, to] of copies) assertEquals(to, from);
  assertEquals(all(/^COPY build\/natra \/(\S+)$/gm), [NATRA]);
});

Deno.test("the Dockerfile makes the same links, texts, mount points and package records", () => {
  const links = [...text.matchAll(/ln -s (\S+) \/places\/(\S+)/g)].map(([, target, path]) => [path, target]);
  assertEquals(Object.fromEntries(links), LINKS);
  const texts = [...text.matchAll(/printf '([^']*)' >\/places\/(\S+)/g)]
    .map(([, content = "", path]) => [path, content.replaceAll("\\n", "\n")]);
  assertEquals(Object.fromEntries(texts), TEXTS);
  const made = all(/\/places\/(\S+)/g);
  for (const path of MOUNT_POINTS) assert(made.includes(path), path);
  assertEquals(all(/for package in ([^;]+);/g), [PACKAGES.join(" ")]);
  assertEquals(all(/^ENTRYPOINT \["\/(\S+)"\]$/gm), [NATRA]);
});

Deno.test("the Dockerfile's example names the version of deno.json", () => {
  const { version } = JSON.parse(Deno.readTextFileSync(`${root}/deno.json`));
  assertEquals(all(/localhost\/natra:(\S+)/g), [version]);
});
