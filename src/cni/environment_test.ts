import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { anyText } from "../../tests/rig/any_text.ts";
import { readCommand, readPodEnvironment } from "./environment.ts";
import { CniError } from "./errors.ts";

const POD = { CNI_CONTAINERID: "c0ffee", CNI_NETNS: "/run/netns/x", CNI_IFNAME: "eth0" };

function env(values: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(values));
}

function refusal(values: Record<string, string>, command: "ADD" | "DEL" | "CHECK" = "ADD"): string {
  const error = assertThrows(() => readPodEnvironment(env(values), command), CniError);
  assertEquals(error.code, 4);
  return `${error.message}: ${error.details}`;
}

Deno.test("readCommand() knows the specification's six commands", () => {
  const commands = ["ADD", "DEL", "CHECK", "GC", "STATUS", "VERSION"] as const;
  assertEquals(commands.map((command) => readCommand(env({ CNI_COMMAND: command }))), [...commands]);
});

Deno.test("readCommand() rejects any other with code 4", () => {
  for (const command of ["", "add", "UPDATE", " ADD", "ADD\n"]) {
    assertEquals(assertThrows(() => readCommand(env({ CNI_COMMAND: command })), CniError).code, 4);
  }
  assertMatch(assertThrows(() => readCommand(env({})), CniError).details ?? "", /is missing/);
});

Deno.test("readPodEnvironment() reads the pod, whatever the order of CNI_ARGS", () => {
  const args = "IgnoreUnknown=1;K8S_POD_NAME=web;K8S_POD_UID=u=1;;=x;K8S_POD_NAMESPACE=default";
  assertEquals(readPodEnvironment(env({ ...POD, CNI_ARGS: args }), "ADD"), {
    containerId: "c0ffee",
    netns: "/run/netns/x",
    ifname: "eth0",
    pod: { namespace: "default", name: "web", uid: "u=1" },
  });
});

Deno.test("readPodEnvironment() tolerates CNI_ARGS that say nothing", () => {
  for (const args of ["", ";;;", "K8S_POD_NAME", "K8S_POD_NAME=", "=", "x;y=1"]) {
    const { pod } = readPodEnvironment(env({ ...POD, CNI_ARGS: args }), "ADD");
    assertEquals(pod, { namespace: null, name: null, uid: null });
  }
});

Deno.test("readPodEnvironment() names every missing variable at once", () => {
  assertMatch(refusal({}), /ADD requires CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME$/);
  assertMatch(refusal({ ...POD, CNI_NETNS: "" }, "CHECK"), /CHECK requires CNI_NETNS$/);
});

Deno.test("readPodEnvironment() requires a namespace except in DEL", () => {
  assertEquals(readPodEnvironment(env({ ...POD, CNI_NETNS: "" }), "DEL").netns, "");
  refusal({ ...POD, CNI_NETNS: "" }, "ADD");
});

Deno.test("readPodEnvironment() rejects an invalid container ID", () => {
  for (const id of [".", "..", "../x", "-a", "a/b", "a b", "é", "a\n", "_x", "x".repeat(201)]) {
    assertMatch(refusal({ ...POD, CNI_CONTAINERID: id }), /^Invalid CNI_CONTAINERID/);
  }
  for (const id of ["a", "A.b-c_9", "x".repeat(200)]) {
    assertEquals(readPodEnvironment(env({ ...POD, CNI_CONTAINERID: id }), "ADD").containerId, id);
  }
});

Deno.test("readPodEnvironment() rejects an interface name that the kernel would", () => {
  for (const name of [".", "..", "a/b", "a:b", "a b", "a\t", "x".repeat(16), "é".repeat(8), "a\u00a0b"]) {
    assertMatch(refusal({ ...POD, CNI_IFNAME: name }), /^Invalid CNI_IFNAME/);
  }
  for (const name of ["eth0", "x".repeat(15), "a.b", "net-1@2"]) {
    assertEquals(readPodEnvironment(env({ ...POD, CNI_IFNAME: name }), "ADD").ifname, name);
  }
});

Deno.test("readPodEnvironment() returns or throws a CniError, whatever the values", () => {
  const text = anyText(40);
  fc.assert(fc.property(text, text, text, text, (id, netns, ifname, args) => {
    try {
      const values = { CNI_CONTAINERID: id, CNI_NETNS: netns, CNI_IFNAME: ifname, CNI_ARGS: args };
      const read = readPodEnvironment(env(values), "ADD");
      assertEquals(/[/\s]/.test(read.containerId + read.ifname), false);
    } catch (error) {
      if (!(error instanceof CniError)) throw error;
    }
  }));
});
