/**
 * The proof: the image in a real containerd, the DaemonSet's pod under a real kubelet. It installs natra
 * beside a ptp list; it is killed, upgraded and removed while pods come and go; at no moment is there an
 * invalid list, or a pod that does not start.
 */
import { assertEquals } from "@std/assert";
import { ownCgroup, sweepCgroups } from "../rig/clients/cgroups.ts";
import { prepare } from "../rig/clients/clients.ts";
import { needsBuilt, testIf } from "../rig/needs.ts";
import { runOnOwnNode } from "../rig/own_node.ts";
import { run } from "../rig/run.ts";
import { NATRA } from "./node.ts";
import type { Proof, ProofRequest } from "./proof/node.ts";

const here = (path: string): string => new URL(path, import.meta.url).pathname;
const ARCHIVE = here("../../build/image/natra.tar");
/** What a first run may spend on building a kubelet; it takes seven minutes of one processor. */
const BUILD_SECONDS = 360;

const lacks = Deno.uid() === 0 ? needsBuilt("natra") : "only root may make a node";
const ready = lacks === null ? await prepare("kubelet", BUILD_SECONDS) : { missing: lacks };

/** scripts/image.sh takes 15 s: not where the image is newer than what is in it. */
async function image(): Promise<string> {
  const age = (path: string): Promise<number> =>
    Deno.stat(path).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0);
  if (await age(ARCHIVE) <= await age(NATRA)) await run([here("../../scripts/image.sh")]);
  const saved = JSON.parse(await run(["tar", "-xOf", ARCHIVE, "manifest.json"])) as { RepoTags: string[] }[];
  return saved[0]?.RepoTags[0] ?? "";
}

testIf(
  "missing" in ready ? ready.missing : null,
  "installed, killed, upgraded and removed under way: every list whole, every pod starts",
  async () => {
    if ("missing" in ready) return;
    await sweepCgroups();
    const request: ProofRequest = {
      parts: ready.parts,
      cgroup: ownCgroup(),
      natra: NATRA,
      archive: ARCHIVE,
      image: await image(),
    };
    try {
      const proof = await runOnOwnNode<Proof>({
        name: "the proof",
        script: here("./proof/node.ts"),
        request,
        prepare: [here("../rig/clients/node.sh")],
      });
      assertEquals(proof.problems, []);
    } finally {
      await sweepCgroups();
    }
  },
);
