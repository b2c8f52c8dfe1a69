import { assertEquals } from "@std/assert";
import { shellScripts, testFiles } from "./tree.ts";

Deno.test("shellScripts() finds scripts by suffix and by first line, and leaves out what is built", async () => {
  const root = await Deno.makeTempDir({ prefix: "natra-tree-" });
  try {
    for (const directory of ["a/b", "a/build", "build", ".ci"]) {
      await Deno.mkdir(`${root}/${directory}`, { recursive: true });
    }
    const files = {
      "a/b/one.sh": "echo",
      ".ci/run": "#!/usr/bin/env bash\n",
      "a/README": "no script",
      "a/python": "#!/usr/bin/env python3\n",
      "a/text.md": "#!/bin/sh",
      "build/two.sh": "",
      "a/build/three.sh": "",
    };
    for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(`${root}/${path}`, text);
    assertEquals(shellScripts(root), [".ci/run", "a/b/one.sh", "a/build/three.sh"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("testFiles() finds tests at any depth, and passes over what is no test", async () => {
  const root = await Deno.makeTempDir({ prefix: "natra-tree-" });
  try {
    for (const directory of ["a/deep", "b", "build", "fixtures"]) {
      await Deno.mkdir(`${root}/tests/${directory}`, { recursive: true });
    }
    for (
      const path of [
        "build/z_test.ts",
        "a/deep/x_test.ts",
        "a/y_test.ts",
        "b/x.ts",
        "fixtures/x_test.ts",
        "house_test.ts",
      ]
    ) {
      await Deno.writeTextFile(`${root}/tests/${path}`, "");
    }
    assertEquals(testFiles(root), ["tests/a/deep/x_test.ts", "tests/a/y_test.ts", "tests/build/z_test.ts"]);
    assertEquals(testFiles(`${root}/none`), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
