/** What runs on the proof's node: a request as JSON in, what was found as JSON out. */
import { answerOnOwnNode } from "../../rig/own_node.ts";
import { HELD_BOTH_WAYS, heldBy, measurePassage } from "../../rig/clients/held.ts";
import { PLAIN } from "../../rig/clients/kinds.ts";
import type { Parts } from "../../rig/clients/clients.ts";
import { KUBELET_LOG, KubeletRuntime } from "../../rig/clients/kubelet_runtime.ts";
import {
  BIN_DIRECTORY,
  CONF_DIRECTORY,
  installMainPlugins,
  LIST,
  writeList,
} from "../../rig/clients/network.ts";
import type { RunningPod } from "../../rig/clients/runtime.ts";
import { outcomeOf, run } from "../../rig/run.ts";
import { agentPod } from "./agent_pod.ts";
import { Api } from "./api.ts";
import { LATER_COMMIT, upgradedImage } from "./upgraded.ts";
import { Witness } from "./witness.ts";

/** What the proof needs. */
export interface ProofRequest {
  readonly parts: Parts;
  readonly cgroup: string;
  /** The executable, and its image's archive and name. */
  readonly natra: string;
  readonly archive: string;
  readonly image: string;
}

/** What was found. */
export interface Proof {
  /** Sentences; none if all went well. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

const HOME = "/run/proof";
const RENDERED = `00-natra-${LIST}`;
const LATER_IMAGE = "localhost/natra:later";
const PATIENCE_MS = 180_000;
/** How often the agent is killed. A kubelet waits ten seconds before it restarts it a second time. */
const KILLS = 2;
const CAP = PLAIN.cap ?? 0;

/** The node, and what is found on it. */
class Scene {
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  /** Whether pods that are added now must be held; null: either may be. */
  mustHold: boolean | null = false;
  readonly #start = performance.now();

  constructor(readonly kubelet: KubeletRuntime, readonly api: Api, readonly request: ProofRequest) {}

  expect(holds: boolean, what: string): void {
    if (!holds) this.problems.push(what);
  }

  say(what: string): void {
    const line = `${((performance.now() - this.#start) / 1000).toFixed(1)} s: ${what}`;
    this.notes.push(line);
    Deno.stderr.writeSync(new TextEncoder().encode(`proof: ${line}\n`));
  }

  async apply(image: string): Promise<void> {
    const { port, account } = this.api;
    await this.kubelet.apply("natra", agentPod({ image, apiPort: port, account }));
  }

  async until(what: string, is: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!await is()) {
      if (performance.now() > deadline) {
        throw new Error(`${what}: waited ${PATIENCE_MS / 1000} s\n${await this.lastWords()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The agent's newest container: its process. */
  async agentPid(): Promise<number> {
    const { crictl } = this.kubelet.containerd;
    const call = crictl.bind(this.kubelet.containerd);
    const [id = ""] = (await call("ps", "--quiet", "--name", "agent")).split("\n");
    if (id === "") return 0;
    const { info } = JSON.parse(await call("inspect", id)) as { info: { pid: number } };
    return info.pid;
  }

  async lastWords(): Promise<string> {
    const pods = await outcomeOf([
      "sh",
      "-c",
      "tail -n 30 /var/log/pods/kube-system_natra*/agent/*.log; tail -n 20 $1",
      "sh",
      KUBELET_LOG,
    ]);
    return pods.stdout;
  }

  async expectHeld(pod: RunningPod, isHeld: boolean, when: string): Promise<void> {
    const programs = `${await heldBy(pod)}`;
    this.expect(
      programs === (isHeld ? `${HELD_BOTH_WAYS}` : ""),
      `${when}: pod "${pod.name}" has "${programs}"`,
    );
  }
}

async function isReady(): Promise<boolean> {
  return (await outcomeOf(["curl", "-sf", "http://127.0.0.1:9631/readyz"])).code === 0;
}

function namesIn(directory: string): string {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort().join(" ");
}

/** Pods that come and go all the time: each must start, and be held while natra is installed. */
async function churn(scene: Scene, isOver: () => boolean): Promise<void> {
  for (let number = 0; !isOver(); number++) {
    const before = scene.mustHold;
    const pod = await scene.kubelet.run({ name: `churn-${number}`, annotations: PLAIN.annotations });
    const held = (await heldBy(pod)).length;
    if (before !== null && before === scene.mustHold) {
      scene.expect((held === HELD_BOTH_WAYS.length) === before, `${pod.name} has ${held} programs`);
    }
    await scene.kubelet.stop(pod);
    scene.say(`${pod.name} has come and gone, with ${held} programs`);
  }
}

async function play(request: ProofRequest): Promise<Proof> {
  await installMainPlugins(request.parts.plugins, "1.0.0");
  await writeList(null);
  await Deno.mkdir(HOME, { recursive: true });
  const before = `${namesIn(BIN_DIRECTORY)}; ${namesIn(CONF_DIRECTORY)}`;
  await using api = await Api.start(`${HOME}/account`);
  await using kubelet = await KubeletRuntime.start(request.parts, request.cgroup);
  const scene = new Scene(kubelet, api, request);
  const later = await upgradedImage(request.archive, request.natra, HOME, LATER_IMAGE);
  for (const archive of [request.archive, later]) await kubelet.containerd.importImage(archive);
  scene.say("a containerd and a kubelet run, both images are there");
  const witness = new Witness(CONF_DIRECTORY, LIST);
  try {
    await installed(scene);
    const limited = await kubelet.run({ name: "limited", annotations: PLAIN.annotations });
    await scene.expectHeld(limited, true, "after the install");
    let isOver = false;
    const churning = churn(scene, () => isOver);
    try {
      await rates(scene, limited);
      await killed(scene, limited);
      await upgraded(scene, limited);
      await uninstalled(scene, limited);
    } finally {
      isOver = true;
      await churning;
    }
    await kubelet.stop(limited);
    await afterwards(scene, before);
  } finally {
    await witness.stop();
  }
  for (const problem of witness.problems) scene.problems.push(`the witness saw: ${problem}`);
  scene.expect(witness.states.size >= 4, `the witness saw ${witness.states.size} states only`);
  const log = await Deno.readTextFile(KUBELET_LOG);
  for (
    const failure of new Set(
      log.match(/"(CreatePodSandbox|KillPodSandbox|StopPodSandbox)[^"]* failed"[^\n]{0,400}/g) ?? [],
    )
  ) {
    scene.problems.push(`the kubelet said ${failure}`);
  }
  return { problems: scene.problems, notes: scene.notes };
}

async function installed(scene: Scene): Promise<void> {
  await scene.apply(scene.request.image);
  await scene.until("the agent becomes ready", isReady);
  scene.expect(namesIn(CONF_DIRECTORY) === `${RENDERED} ${LIST}`, `lists: ${namesIn(CONF_DIRECTORY)}`);
  scene.mustHold = true;
  scene.say("the DaemonSet's pod has installed natra");
}

async function rates(scene: Scene, limited: RunningPod): Promise<void> {
  for (const direction of ["ingress", "egress"] as const) {
    const { percent, isHeld } = await measurePassage(limited, direction, CAP);
    scene.expect(isHeld, `${direction} got ${percent} of its cap`);
    scene.say(`${direction} ${percent} of ${CAP / 1e6}M`);
  }
}

async function killed(scene: Scene, limited: RunningPod): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    const pid = await scene.agentPid();
    // Half-way through rendering again, as well as one can tell from outside.
    await writeList(null);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    Deno.kill(pid, "SIGKILL");
    await scene.until(
      "the agent is restarted",
      async () => ![pid, 0].includes(await scene.agentPid()) && await isReady(),
    );
    await scene.expectHeld(limited, true, "after a kill");
    scene.expect(await isRenderedFromNewest(), "the list is not made from the newest original");
    scene.say("the agent was killed, and is back");
  }
}

async function isRenderedFromNewest(): Promise<boolean> {
  const [ours, original] = await Promise.all(
    [RENDERED, LIST].map((name) => Deno.readTextFile(`${CONF_DIRECTORY}/${name}`)),
  );
  const markOf = (text = ""): unknown =>
    (JSON.parse(text) as { plugins: { mark?: string }[] }).plugins[0]?.mark;
  return markOf(ours) === markOf(original);
}

async function upgraded(scene: Scene, limited: RunningPod): Promise<void> {
  const asked = scene.api.asked;
  const measuring = measurePassage(limited, "ingress", CAP);
  await scene.apply(LATER_IMAGE);
  const version = async (): Promise<string> =>
    (await outcomeOf([`${BIN_DIRECTORY}/natra`, "version"])).stdout;
  await scene.until("the later version is installed", async () => (await version()).includes(LATER_COMMIT));
  await scene.until("the later agent is ready", isReady);
  const { percent, isHeld } = await measuring;
  scene.expect(isHeld, `during the upgrade ingress got ${percent} of its cap`);
  scene.expect(scene.api.asked > asked, "the agent that was ended did not ask for its DaemonSet");
  scene.expect(
    namesIn(CONF_DIRECTORY) === `${RENDERED} ${LIST}`,
    `lists after the upgrade: ${namesIn(CONF_DIRECTORY)}`,
  );
  await scene.expectHeld(limited, true, "after the upgrade");
  scene.say(`upgraded under traffic: ${percent}`);
}

async function uninstalled(scene: Scene, limited: RunningPod): Promise<void> {
  scene.mustHold = null;
  // What is left of a cluster's answer after kubectl delete -f: the right to ask is gone, too.
  scene.api.answer = "denied";
  await scene.kubelet.withdraw("natra");
  await scene.until("the list is gone", () => namesIn(CONF_DIRECTORY) === LIST);
  await scene.until("the agent is gone", async () => await scene.agentPid() === 0);
  await scene.expectHeld(limited, false, "after the uninstall");
  scene.mustHold = false;
  scene.say(`uninstalled: ${namesIn(BIN_DIRECTORY)}`);
}

/** The pods of before are deleted; then a stub is all that may be left, and goes by hand. */
async function afterwards(scene: Scene, before: string): Promise<void> {
  const pod = await scene.kubelet.run({ name: "afterwards", annotations: PLAIN.annotations });
  await scene.expectHeld(pod, false, "without natra");
  await scene.kubelet.stop(pod);
  await run([scene.request.natra, "uninstall", "--bin-dir", BIN_DIRECTORY, "--conf-dir", CONF_DIRECTORY]);
  const now = `${namesIn(BIN_DIRECTORY)}; ${namesIn(CONF_DIRECTORY)}`;
  scene.expect(now === before, `the node was "${before}", and is "${now}"`);
  for (const path of ["/run/natra", "/sys/fs/bpf/natra"]) {
    const left = await outcomeOf(["ls", "-A", path]);
    scene.expect(left.stdout === "", `left in ${path}: ${left.stdout}`);
  }
  scene.say("the node is as before");
}

if (import.meta.main) {
  await answerOnOwnNode(play);
}
