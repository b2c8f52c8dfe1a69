/** natra top on a real terminal: drawn, steered by keys, resized, and given back as it was. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NATRA, Scene } from "../rig/scene.ts";
import { Elephant } from "../rig/elephant.ts";
import { run } from "../rig/run.ts";
import { Typist } from "./typist.ts";

const ESC = "\u001b[";
const ENTER = `${ESC}?1049h`;
const LEAVE = `${ESC}?1049l`;

/**
 * natra top between two looks at the terminal's settings, with its process's number and the terminal's name
 * before.
 */
function watching(scene: Scene): Typist {
  const top = `exec ${NATRA} top ${scene.pod.containerId} --interval 0.2`;
  const script = `stty cols 100 rows 20; tty; echo "BEFORE $(stty -g)."
    sh -c 'echo "PID $$."; ${top}'; echo "CODE $?."; echo "AFTER $(stty -g)."`;
  return new Typist(scene.pod.node.enter(["sh", "-c", script]), {
    PATH: "/usr/bin:/bin",
    TERM: "xterm",
    NO_COLOR: "1",
  });
}

/** The last whole frame: its lines, without what the terminal is told. */
function lastFrame(shown: string): string[] {
  const frames = shown.split(`${ESC}H`);
  return (frames.at(-2) ?? "").replaceAll(new RegExp("\u001b\\[[?0-9;]*[A-Za-z]", "g"), "").split(/\r*\n/);
}

/** Checks that the terminal was given back. @returns the exit status of natra top */
async function givenBack(typist: Typist): Promise<number> {
  await typist.ended();
  const { shown } = typist;
  assert(shown.indexOf(ENTER) < shown.indexOf(LEAVE), "the terminal keeps its other screen");
  assertEquals(shown.lastIndexOf(ENTER) < shown.lastIndexOf(`${ESC}?25h`), true);
  const settings = (when: string): string | undefined => new RegExp(`${when} (\\S+)\\.`).exec(shown)?.[1];
  assertEquals(settings("AFTER"), settings("BEFORE"));
  return Number(/CODE (\d+)\./.exec(shown)?.[1]);
}

Deno.test("top draws the elephant on a terminal, fits its new size, and sorts by a key", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD", { env: { CNI_ARGS: "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-1" } });
  await using _down = await Elephant.start(scene.pod, { direction: "ingress" }, 0, 0, 60);
  await using typist = watching(scene);
  const flow = "tcp +10\\.200\\.1\\.2:\\d+ +10\\.200\\.2\\.2:5201";
  await typist.until(new RegExp(`${flow}[^]*${flow}`)); // in two frames: then the last but one is whole, and has it
  const frame = lastFrame(typist.shown);
  assertEquals(frame.length <= 20 && frame.every((line) => line.length <= 100), true, frame.join("\n"));
  assertStringIncludes(frame.join("\n"), "heavy: ");

  const tty = /\/dev\/\S+/.exec(typist.shown)?.[0] ?? "";
  let from = typist.shown.length;
  await run(["stty", "-F", tty, "cols", "75", "rows", "8"]);
  await typist.type("b");
  await typist.until(/by bytes[\s\S]*by bytes/, from);
  const small = lastFrame(typist.shown);
  assertEquals(small.length <= 8 && small.every((line) => line.length <= 75), true, small.join("\n"));

  from = typist.shown.length;
  await typist.type("h");
  await typist.until(/q, Ctrl-C/, from);
  await typist.type("xq");
  assertEquals(await givenBack(typist), 0);
});

Deno.test("top gives the terminal back after Ctrl-C, and after SIGTERM", async () => {
  await using scene = await Scene.create();
  await scene.call("ADD");
  for (const how of ["Ctrl-C", "SIGTERM"]) {
    await using typist = watching(scene);
    await typist.until(/No flow is heavy/);
    if (how === "Ctrl-C") await typist.type("\u0003");
    else Deno.kill(Number(/PID (\d+)\./.exec(typist.shown)?.[1]), "SIGTERM");
    assertEquals(await givenBack(typist), 0, how);
  }
});
