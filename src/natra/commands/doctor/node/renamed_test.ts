import { assertEquals } from "@std/assert";
import { renamed } from "./renamed.ts";

const OURS = "00-natra-05-cilium.conflist";

for (
  const [what, names, ids] of [
    ["nothing of Cilium's", ["05-cilium.conflist", OURS], []],
    ["our list put away", ["05-cilium.conflist", `${OURS}.cilium_bak`], ["list-renamed"]],
    ["our list written again", ["05-cilium.conflist", OURS, `${OURS}.cilium_bak`], []],
    ["another's list put away", ["05-cilium.conflist", "10-aws.conflist.cilium_bak"], []],
  ] as const
) {
  Deno.test(`renamed() says of ${what}: ${ids.join(", ") || "nothing"}`, () => {
    const path = Deno.makeTempDirSync({ prefix: "natra-lists-" });
    try {
      for (const name of names) Deno.writeTextFileSync(`${path}/${name}`, "{}");
      assertEquals(renamed(path).map(({ id }) => id), ids);
      assertEquals(renamed(`${path}/none`), []);
    } finally {
      Deno.removeSync(path, { recursive: true });
    }
  });
}
