/** What the agent asks of its own DaemonSet, and what it makes of each answer. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { OwnDaemonSet } from "../../src/agent/own_daemonset.ts";
import { KubeClient } from "../../src/kube/client.ts";
import { recordingLogger } from "../rig/recording_logger.ts";
import { Api } from "./proof/api.ts";

/** An agent's question beside an API server. */
async function asking(
  run: (api: Api, own: OwnDaemonSet, logged: () => string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "natra-api-" });
  try {
    await using api = await Api.start(`${directory}/account`);
    const { logger, lines } = recordingLogger();
    const server = {
      url: `https://127.0.0.1:${api.port}`,
      readCa: () => Deno.readTextFileSync(`${directory}/account/ca.crt`),
      readToken: () => "a-token",
      certificate: null,
    };
    using client = new KubeClient(server, { userAgent: "test" });
    const own = new OwnDaemonSet(client, "kube-system/natra", logger);
    await run(api, own, () => JSON.stringify(lines));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (
  const [answer, isRemoved] of [["there", false], ["deleting", true], ["gone", true], [
    "denied",
    true,
  ]] as const
) {
  Deno.test(`a DaemonSet that was there, and then is ${answer}: ${isRemoved ? "removed" : "stays"}`, () =>
    asking(async (api, own) => {
      await own.task.run(new AbortController().signal);
      api.answer = answer;
      assertEquals((await own.wasRemoved()).isRemoved, isRemoved);
    }));
}

Deno.test("an agent that never was allowed to ask stays, and has said so", () =>
  asking(async (api, own, logged) => {
    api.answer = "denied";
    await own.task.run(new AbortController().signal);
    assertStringIncludes(logged(), "would leave natra on the node");
    assertEquals((await own.wasRemoved()).isRemoved, false);
  }));

Deno.test("an API server that is gone says nothing of the DaemonSet: natra stays", () =>
  asking(async (api, own) => {
    await own.task.run(new AbortController().signal);
    await api[Symbol.asyncDispose]();
    const { isRemoved, why } = await own.wasRemoved();
    assertEquals(isRemoved, false);
    assertStringIncludes(why, "does not answer");
  }));
