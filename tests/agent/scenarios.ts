/** What the agent must do with a real API server. */
import { inCluster } from "../../src/kube/api_server.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { OwnDaemonSet } from "../../src/agent/own_daemonset.ts";
import type { Notebook } from "../rig/clients/findings.ts";
import { writeList } from "../rig/clients/network.ts";
import { CniNetwork } from "../rig/cluster/cni_network.ts";
import { HollowKubelet } from "../rig/cluster/hollow_kubelet.ts";
import { Wire } from "../rig/cluster/wire.ts";
import { Child } from "../rig/child.ts";
import { outcomeOf, run } from "../rig/run.ts";
import { recordingLogger } from "../rig/recording_logger.ts";
import { exists } from "../../lab/vm/cache.ts";
import { Agent, until } from "./agent.ts";
import { ACCOUNT_NAME, ACCOUNT_NAMESPACE, ALLOWED, FORBIDDEN } from "./rights.ts";
import {
  count,
  EGRESS,
  eventsOf,
  INGRESS,
  LISTED,
  mebibytes,
  NATRA_INGRESS,
  NODE,
  ratesOf,
  rotateToken,
  type Stage,
  startAgent,
  startPod,
  untilEvents,
  untilHeld,
  writeToken,
} from "./stage.ts";

/** A scenario. */
export interface Scenario {
  readonly name: string;
  readonly run: (stage: Stage, notebook: Notebook) => Promise<void>;
}

/** Pods of a node, as many as kubelets are usually given at most, and how many are made at once. */
const MANY = 250;
const TOGETHER = 25;
/** An annotation of the size that tools leave there. */
const LONG = "x".repeat(2000);
/** The agent's memory, in bytes. */
const MOST_MEMORY = 100 * 1024 * 1024;

/** All of them, in their order. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "a changed annotation changes the limit of the running pod",
    run: async (stage, notebook) => {
      await startPod(stage, "changed", { [INGRESS]: "10M", [EGRESS]: '{"rate":"10M"}' });
      await startPod(stage, "bare", {});
      await using agent = await startAgent(stage);
      await untilHeld(stage, agent, "changed", { ingress: 10e6, egress: 10e6 });
      await agent.said(LISTED);
      await stage.api.annotate("changed", { [INGRESS]: "20M", [EGRESS]: null });
      await untilHeld(stage, agent, "changed", { ingress: 20e6 });
      await stage.api.annotate("bare", { [INGRESS]: "5M" });
      await untilHeld(stage, agent, "bare", { ingress: 5e6 });
      await stage.api.annotate("bare", { [INGRESS]: null });
      await untilHeld(stage, agent, "bare", {});
      await stage.api.annotate("bare", { [EGRESS]: "7M" });
      await untilHeld(stage, agent, "bare", { egress: 7e6 });
      notebook.expectNone([await agent.stop()].filter((wrong) => wrong !== null), "its end");
    },
  },
  {
    name: "a namespace's annotations are its pods' defaults, and configured defaults stay",
    run: async (stage) => {
      await startPod(stage, "defaulted", {});
      await startPod(stage, "own", { [INGRESS]: "10M" });
      await writeList({ ingress: "50M" });
      await startPod(stage, "configured", {});
      await writeList({});
      await using agent = await startAgent(stage);
      await agent.said(LISTED);
      await stage.api.annotateNamespace({ [INGRESS]: "30M" });
      await untilHeld(stage, agent, "defaulted", { ingress: 30e6 });
      await untilHeld(stage, agent, "configured", { ingress: 30e6 });
      await untilHeld(stage, agent, "own", { ingress: 10e6 });
      await stage.api.annotateNamespace({ [INGRESS]: null });
      await untilHeld(stage, agent, "defaulted", {});
      await untilHeld(stage, agent, "configured", { ingress: 50e6 });
      await untilHeld(stage, agent, "own", { ingress: 10e6 });
    },
  },
  {
    name: "a limit set by hand stays until the annotation changes",
    run: async (stage) => {
      await startPod(stage, "byhand", { [INGRESS]: "10M" });
      await run([stage.natra, "limit", "default/byhand", "--ingress", "3M"]);
      await using agent = await startAgent(stage);
      await agent.said(LISTED);
      await stage.api.annotate("byhand", { [EGRESS]: "4M" });
      await untilHeld(stage, agent, "byhand", { ingress: 3e6, egress: 4e6 });
      await stage.api.annotate("byhand", { [INGRESS]: "11M" });
      await untilHeld(stage, agent, "byhand", { ingress: 11e6, egress: 4e6 });
    },
  },
  {
    name: "a malformed annotation is one warning, however often it is read",
    run: async (stage, notebook) => {
      await startPod(stage, "malformed", { [EGRESS]: "ten" });
      const warn = "Warning BandwidthAnnotation: annotation";
      {
        await using agent = await startAgent(stage);
        const [event = ""] = await untilEvents(stage.api, "Pod", "malformed", 1);
        notebook.expect(event.startsWith(`${warn} ${EGRESS} is "ten": `), `the event says: ${event}`);
        await stage.api.annotate("malformed", { [INGRESS]: "10M", unrelated: "1" });
        await untilHeld(stage, agent, "malformed", { ingress: 10e6 });
        await stage.api.annotateNamespace({ [EGRESS]: '{"rate":' });
        const [general = ""] = await untilEvents(stage.api, "Namespace", "default", 1);
        notebook.expect(general.includes(`namespace annotation ${EGRESS}`), `the event says: ${general}`);
      }
      await using agent = await startAgent(stage); // which knows nothing of the first one's events
      await stage.api.annotate("malformed", { [INGRESS]: "-1" });
      await untilEvents(stage.api, "Pod", "malformed", 2);
      await stage.api.annotate("malformed", { [INGRESS]: "12M" });
      await untilHeld(stage, agent, "malformed", { ingress: 12e6 });
      const events = await eventsOf(stage.api, "Pod", "malformed");
      notebook.expect(events.length === 2, `there are ${events.length} events: ${events.join(" | ")}`);
      const general = await eventsOf(stage.api, "Namespace", "default");
      notebook.expect(general.length === 1, `there are ${general.length} events of the namespace`);
      await stage.api.annotateNamespace({ [EGRESS]: null });
    },
  },
  {
    name: "a watch that was cut goes on where it was, with the token of now",
    run: async (stage, notebook) => {
      await startPod(stage, "cut", { [INGRESS]: "10M" });
      await using wire = new Wire(6443);
      await using agent = await startAgent(stage, wire.port);
      await untilHeld(stage, agent, "cut", { ingress: 10e6 });
      // Pods and namespaces: either may be the last.
      const lists = await until(
        "see both lists",
        async () => await count(agent, LISTED) < 2 ? null : 2,
        agent,
      );
      await rotateToken(stage);
      wire.cut();
      await stage.api.annotate("cut", { [INGRESS]: "21M" });
      await untilHeld(stage, agent, "cut", { ingress: 21e6 });
      notebook.expect(await count(agent, LISTED) === lists, "it listed again");
      notebook.expect(await count(agent, "watching again") > 0, "it does not say that it watches again");
    },
  },
  {
    name: "an API server that was killed is followed again when it is back",
    run: async (stage, notebook) => {
      await startPod(stage, "killed", { [INGRESS]: "10M" });
      await using agent = await startAgent(stage);
      await agent.said(LISTED);
      await stage.api.kill();
      await agent.said("cannot watch, tried again");
      await stage.api.restart();
      await stage.api.annotate("killed", { [INGRESS]: "22M" });
      await untilHeld(stage, agent, "killed", { ingress: 22e6 });
      // Each watch may fail once more while the server starts.
      const warned = (await agent.log()).filter(({ level }) => level === "warn");
      notebook.expect(warned.length <= 4, `it warned ${warned.length} times`);
    },
  },
  {
    name: "who is too far behind lists again",
    run: async (stage, notebook) => {
      await startPod(stage, "behind", { [INGRESS]: "10M" });
      await using wire = new Wire(6443);
      await using agent = await startAgent(stage, wire.port);
      await agent.said(LISTED);
      agent.daemon.process.kill("SIGSTOP");
      wire.cut();
      await stage.api.annotate("behind", { [INGRESS]: "23M" });
      await stage.api.createPod("another", NODE, {});
      await stage.api.kill();
      await stage.api.restart(); // whose memory begins now
      await stage.api.compact();
      agent.daemon.process.kill("SIGCONT");
      await untilHeld(stage, agent, "behind", { ingress: 23e6 });
      notebook.expect(
        await count(agent, "listing again: the watch is too far behind") > 0,
        "there was no 410",
      );
    },
  },
  {
    name: "the DaemonSet's rights are enough, and no more",
    run: async (stage, notebook) => {
      const token = await stage.api.token(ACCOUNT_NAMESPACE, ACCOUNT_NAME, "rights");
      const status = async (method: string, path: string): Promise<number> => {
        const body = method === "POST" || method === "PATCH" ? {} : undefined;
        const response = await stage.api.fetch(method, path, body, token);
        await response.body?.cancel();
        return response.status;
      };
      for (const path of ALLOWED) {
        notebook.expect(await status("GET", path) === 200, `GET ${path} is refused`);
      }
      for (const [method, path] of FORBIDDEN) {
        notebook.expect(await status(method, path) === 403, `${method} ${path} is allowed`);
      }
    },
  },
  {
    name: "it sees its own DaemonSet there, on its way out, and gone",
    run: async (stage, notebook) => {
      await writeToken(stage);
      const env = new Map([["KUBERNETES_SERVICE_HOST", "127.0.0.1"], ["KUBERNETES_SERVICE_PORT", "6443"]]);
      const server = inCluster(env, stage.account);
      if (server === null) throw new Error("there is no API server");
      const { logger, lines } = recordingLogger();
      using client = new KubeClient(server, { userAgent: "test" });
      const own = new OwnDaemonSet(client, `${ACCOUNT_NAMESPACE}/${ACCOUNT_NAME}`, logger);
      const isRemoved = async (): Promise<boolean> => (await own.wasRemoved()).isRemoved;
      await own.task.run(new AbortController().signal);
      notebook.expectNone(lines.map(({ message }) => message), "its log");
      notebook.expect(!await isRemoved(), "a DaemonSet that is there counts as removed");
      // As `kubectl delete --cascade=foreground`: it stays until its pods are gone, and nobody here removes them.
      const path = `/apis/apps/v1/namespaces/${ACCOUNT_NAMESPACE}/daemonsets/${ACCOUNT_NAME}`;
      await stage.api.ask("DELETE", path, { propagationPolicy: "Foreground" });
      notebook.expect(await isRemoved(), "a DaemonSet that is being deleted counts as there");
      await stage.api.ask("PATCH", path, { metadata: { finalizers: null } });
      notebook.expect(await isRemoved(), "a DaemonSet that is gone counts as there");
    },
  },
  {
    name: "nobody but the given authority speaks for the API server",
    run: async (stage, notebook) => {
      await writeToken(stage);
      await Deno.copyFile(stage.api.certificates.foreignCa, `${stage.account}/ca.crt`);
      const env = {
        NODE_NAME: NODE,
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: "6443",
        // What makes Deno trust the API server's own authority, for all but natra.
        DENO_TLS_CA_STORE: "system",
        SSL_CERT_FILE: stage.api.certificates.ca,
      };
      await using agent = await Agent.start(stage.natra, [], env);
      const { error } = await agent.said("cannot watch, tried again");
      notebook.expect(/certificate/.test(String(error)), `it says: ${error}`);
      // The authority is read again: the right one is enough.
      await Deno.copyFile(stage.api.certificates.ca, `${stage.account}/ca.crt`);
      await agent.said(LISTED);
    },
  },
  {
    name: "a sketch that takes small flows for heavy ones is widened",
    run: async (stage, notebook) => {
      // One heavy flow in 64 cells: one small flow in 64 shares its cell.
      const small = JSON.stringify({ rate: "10M", cms: { width: 64, depth: 1 } });
      const { address } = await startPod(stage, "narrow", { [NATRA_INGRESS]: small });
      await using traffic = Child.start(["iperf3", "--client", address, "--time", "60"]);
      await using agent = await startAgent(stage);
      const { direction, before, now } = await agent.said("sketch widened");
      notebook.expect(
        [direction, before, now].join() === "ingress,64,128",
        `${direction}: ${before} to ${now}`,
      );
      notebook.expect(!traffic.ended, "iperf3 ended, which was to run for a minute");
      await traffic.stop("SIGINT");
      await untilHeld(stage, agent, "narrow", { ingress: 10e6 });
      await agent.said("looked at pods");
      notebook.expect(await count(agent, "limit changed") === 0, "the annotation made it narrow again");
    },
  },
  {
    name: "many pods",
    run: async (stage, notebook) => {
      // Nothing runs them here: it is about what the API server says of them.
      const names = Array.from({ length: MANY }, (_, index) => `many-${index}`);
      for (let at = 0; at < MANY; at += TOGETHER) {
        const some = names.slice(at, at + TOGETHER);
        await Promise.all(
          some.map((name) => stage.api.createPod(name, NODE, { [INGRESS]: "10M", long: LONG })),
        );
      }
      await using agent = await startAgent(stage);
      await agent.said(LISTED);
      await agent.said("looked at pods");
      const { most } = await agent.memory();
      const figures = `${MANY} pods: ${mebibytes(most)} at most, ${await agent
        .processorSeconds()} s of a processor so far`;
      notebook.notes.push(figures);
      notebook.expect(most < MOST_MEMORY, figures);
      notebook.expectNone([await agent.stop()].filter((wrong) => wrong !== null), "its end");
      for (let at = 0; at < MANY; at += TOGETHER) {
        const some = names.slice(at, at + TOGETHER);
        await Promise.all(some.map((name) => stage.api.deletePod(name)));
      }
    },
  },
  {
    name: "a pod that a hollow kubelet starts has its annotation's limit, and is gone once it is deleted",
    run: async (stage, notebook) => {
      using client = stage.api.kubeClient("hollow");
      const { logger, lines } = recordingLogger();
      const network = new CniNetwork(stage.runtime.cnitool);
      await using kubelet = await HollowKubelet.start({ client, node: "hollow", network, logger });
      await stage.api.createPod("hollow", "hollow", { [INGRESS]: "10M" });
      const isHeld = async (rate: number | undefined): Promise<true | null> =>
        (await ratesOf(stage, "hollow"))["ingress"] === rate ? true : null;
      await until("see the pod held to 10M", () => isHeld(10e6));
      const pod = await until("see the pod run", async () => {
        const path = "/api/v1/namespaces/default/pods/hollow";
        const { status } = await stage.api.ask<{ status: { phase: string; podIP?: string } }>("GET", path);
        return status.phase === "Running" ? status : null;
      });
      notebook.expect(pod.podIP?.startsWith("10.213.") === true, `its address is ${pod.podIP}`);
      const path = kubelet.namespaceOf("default/hollow")?.path ?? "";
      await stage.api.ask("DELETE", "/api/v1/namespaces/default/pods/hollow");
      await until("see the pod let go", () => isHeld(undefined));
      await until("see its namespace go", () => exists(path).then((is) => is ? null : true));
      notebook.expectNone(
        lines.filter(({ level }) => level === "error").map((l) => JSON.stringify(l)),
        "log",
      );
    },
  },
  {
    name: "without an API server it reconciles, and says so once",
    run: async (stage, notebook) => {
      const pod = await stage.runtime.run({ name: "lost", annotations: { [INGRESS]: "10M" } });
      await stage.runtime.loseNamespace(pod);
      await using agent = await Agent.start(stage.natra, [], {});
      const { stdout } = await outcomeOf([stage.natra, "status", "-o", "json"]);
      notebook.expect(!stdout.includes("default/lost"), "the dead pod is still held");
      const told = (await agent.log()).filter(({ msg }) => msg.startsWith("no API server"));
      notebook.expect(told.length === 1, `it says ${told.length} times that there is no API server`);
      notebook.expectNone([await agent.stop()].filter((wrong) => wrong !== null), "its end");
    },
  },
];
