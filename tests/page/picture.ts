/**
 * Makes docs/page.png: `deno run -A tests/page/picture.ts [SECONDS]`, as root, after a build. A pod with
 * three elephants in and a steady stream out, as the page shows it.
 */
import { checkSurroundings, runToEnd } from "../rig/cli.ts";
import { Elephant } from "../rig/elephant.ts";
import { pause } from "../rig/interruption.ts";
import { Visit } from "./visit.ts";

const PICTURE = new URL("../../docs/page.png", import.meta.url).pathname;
const EGRESS = 6_000_000;

async function main(): Promise<void> {
  await checkSurroundings();
  const seconds = Number(Deno.args[0] ?? 60);
  await using visit = await Visit.create("web-1");
  await pause(8000);
  await using _in = await Elephant.start(
    visit.scene.pod,
    { direction: "ingress", streams: 3 },
    0,
    0,
    seconds,
  );
  await pause(seconds * 300);
  await using _out = await Elephant.start(
    visit.scene.pod,
    { direction: "egress", bitrate: EGRESS },
    1,
    0,
    seconds,
  );
  await pause(seconds * 700);
  await visit.page.screenshot({ path: PICTURE, fullPage: true });
}

Deno.exit(await runToEnd(main));
