import { assertEquals } from "@std/assert";
import { callCni } from "./cni.ts";
import { Pod } from "./pod.ts";

/** A plugin that answers with what it was given. */
const ECHO = `#!/bin/sh
printf '{"env":"%s","conf":' "$(env | grep ^CNI_ | sort | tr '\\n' ' ')"
cat
printf '}'
exit 7
`;

Deno.test("callCni() gives a plugin the environment and the stdin that a runtime gives, in the node", async () => {
  await using pod = await Pod.create();
  const binary = await Deno.makeTempFile({ prefix: "natra-echo-" });
  await using _file = { [Symbol.asyncDispose]: (): Promise<void> => Deno.remove(binary) };
  await Deno.writeTextFile(binary, ECHO);
  await Deno.chmod(binary, 0o755);

  const outcome = await callCni(pod, binary, "ADD", { conf: { name: "x" }, args: "K8S_POD_NAME=web" });
  assertEquals(outcome.code, 7);
  const { env, conf } = outcome.result as { env: string; conf: unknown };
  assertEquals(conf, { name: "x", prevResult: pod.prevResult });
  assertEquals(env.trim().split(" "), [
    "CNI_ARGS=K8S_POD_NAME=web",
    "CNI_COMMAND=ADD",
    `CNI_CONTAINERID=${pod.containerId}`,
    "CNI_IFNAME=eth0",
    `CNI_NETNS=${pod.pod.path}`,
    `CNI_PATH=${binary.slice(0, binary.lastIndexOf("/"))}`,
  ]);

  const bare = await callCni(pod, binary, "DEL", { conf: { name: "x" }, netns: "", prevResult: null });
  assertEquals((bare.result as { conf: unknown }).conf, { name: "x" });
});

Deno.test("callCni() gives null for an answer that is no JSON", async () => {
  await using pod = await Pod.create();
  const { code, result, stdout } = await callCni(pod, "/bin/echo", "VERSION", { conf: {} });
  assertEquals({ code, result, stdout }, { code: 0, result: null, stdout: "\n" });
});

Deno.test("callCni() is not held up by a plugin that talks before it listens, or never listens", async () => {
  await using pod = await Pod.create();
  const large = { conf: { name: "x".repeat(1 << 20) } };
  assertEquals((await callCni(pod, "/bin/true", "ADD", large)).code, 0);
  assertEquals((await callCni(pod, "/bin/cat", "ADD", large)).result !== null, true);
});
