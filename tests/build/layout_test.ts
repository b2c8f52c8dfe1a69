/** The committed layout is that of the object in build/. */
import { assertEquals } from "@std/assert";
import { context } from "../../scripts/build/context.ts";
import { generateLayout, layoutDifference, layoutPath } from "../../scripts/layout/generate.ts";

const here = context(false);

Deno.test("src/natra/datapath/layout.ts matches the object", async () => {
  assertEquals(await layoutDifference(here), undefined);
});

Deno.test("layoutDifference() names the first line that is wrong", async () => {
  const root = await Deno.makeTempDir();
  try {
    const wanted = await generateLayout(here);
    const elsewhere = { ...here, root };
    await Deno.mkdir(`${root}/src/natra/datapath`, { recursive: true });
    for (const config of ["deno.json", "src/natra/page/browser/deno.json"]) { // a workspace is whole or none
      await Deno.mkdir(`${root}/${config}`.replace(/[^/]+$/, ""), { recursive: true });
      await Deno.copyFile(`${here.root}/${config}`, `${root}/${config}`);
    }
    await Deno.writeTextFile(`${root}/${layoutPath}`, wanted.replace("offset: 0", "offset: 4"));
    const difference = await layoutDifference(elsewhere) ?? "";
    assertEquals([difference.includes("offset: 4"), difference.includes("deno task layout")], [true, true]);
    await Deno.writeTextFile(`${root}/${layoutPath}`, `${wanted}// more\n`);
    assertEquals((await layoutDifference(elsewhere))?.includes("// more"), true);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
