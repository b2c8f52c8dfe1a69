/** Every recorded call of a real client, replayed through the executable for a real pod. */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { CniCommand, JsonObject } from "../rig/cni.ts";
import { POD_INTERFACE } from "../rig/pod.ts";
import { device, kept } from "../rig/observed.ts";
import { type Call, Scene } from "../rig/scene.ts";
import { ownLog } from "../rig/surroundings.ts";

/** A call as it was recorded. */
interface Recording {
  readonly command: CniCommand;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: JsonObject;
}

const ROOT = new URL("../fixtures/", import.meta.url);

/** Pods that asked for a limit in one direction, or in none; all the others did in both. */
const HELD: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^ctrd17-noannotations\//, []],
  [/^ctrd2-1\.1\.0\/006/, []],
  [/^ctrd17-only-ingress\//, ["ingress"]],
  [/./, ["ingress", "egress"]],
];

const SUPPORTED = { cniVersion: "1.1.0", supportedVersions: ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"] };

const sorted = (directory: URL): string[] => [...Deno.readDirSync(directory)].map(({ name }) => name).sort();

/** One pod of this machine for each container of a recording, under an ID and a network that nobody else has. */
class Replay implements AsyncDisposable {
  readonly #scenes = new Map<string, Scene>();
  readonly #owned = new AsyncDisposableStack();
  readonly #unique = crypto.randomUUID().slice(0, 8);

  async scene({ env }: Recording): Promise<Scene> {
    const id = env["CNI_CONTAINERID"] ?? "";
    let scene = this.#scenes.get(id);
    if (scene === undefined) {
      scene = this.#owned.use(await Scene.create());
      this.#scenes.set(id, scene);
      const { node, pod } = scene.pod;
      const ifname = env["CNI_IFNAME"] || POD_INTERFACE; // empty where the call is about no pod
      if (ifname !== POD_INTERFACE) {
        await node.run(["ip", "link", "add", "veth1", "type", "veth", "peer", ifname, "netns", pod.name]);
      }
    }
    return scene;
  }

  containerId({ env }: Recording): string | undefined {
    const id = env["CNI_CONTAINERID"];
    return id === undefined ? undefined : `${this.#unique}-${id}`;
  }

  /** The call as it was recorded, but for the names of things that are of another machine. */
  call(recording: Recording, scene: Scene): Call {
    const { env, stdin } = recording;
    const path = env["CNI_NETNS"] ?? "";
    let text = JSON.stringify({ ...stdin, name: `${stdin["name"]}-${this.#unique}` });
    if (path !== "") text = text.replaceAll(path, scene.pod.pod.path);
    return {
      stdin: text,
      env: {
        ...env,
        CNI_CONTAINERID: this.containerId(recording),
        CNI_NETNS: path === "" ? env["CNI_NETNS"] : scene.pod.pod.path,
      },
      wrap: ownLog,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }
}

let count = 0;

for (const client of sorted(ROOT)) {
  const names = sorted(new URL(`${client}/`, ROOT));
  count += names.length;
  Deno.test(`natra answers what was recorded of ${client}`, async (t) => {
    await using replay = new Replay();
    for (const name of names) {
      await t.step(name, async () => {
        const recording = JSON.parse(
          await Deno.readTextFile(new URL(`${client}/${name}`, ROOT)),
        ) as Recording;
        const scene = await replay.scene(recording);
        const call = replay.call(recording, scene);
        const { code, stdout, answer } = await scene.call(recording.command, call);
        assertEquals(code, 0, stdout);
        const id = replay.containerId(recording) ?? "";
        switch (recording.command) {
          case "ADD":
            assertEquals(answer, (JSON.parse(call.stdin ?? "") as { prevResult: unknown }).prevResult);
            return await assertHeld(`${client}/${name}`, scene, recording.env["CNI_IFNAME"] ?? "");
          case "VERSION":
            return assertEquals<unknown>(answer, SUPPORTED);
          case "DEL":
            assertEquals([stdout, await kept(id)], ["", []]);
            return;
          default:
            assertEquals(stdout, "");
        }
      });
    }
  });
}

async function assertHeld(name: string, scene: Scene, ifname: string): Promise<void> {
  const [, expected = []] = HELD.find(([pattern]) => pattern.test(name)) ?? [];
  const host = await device(scene.pod.node, ifname === POD_INTERFACE ? "veth0" : "veth1");
  const pod = await device(scene.pod.pod, ifname);
  const held = [...host.egress.length > 0 ? ["ingress"] : [], ...pod.egress.length > 0 ? ["egress"] : []];
  assertEquals(held, expected);
  assert(pod.classes.length > 0 === expected.includes("egress"));
}

Deno.test("the recordings are all there", () => assertGreaterOrEqual(count, 38));
