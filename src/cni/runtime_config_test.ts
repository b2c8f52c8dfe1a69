import { assertEquals } from "@std/assert";
import type { Warning } from "../base/log/warning.ts";
import { readRuntimeParts, type RuntimeParts } from "./runtime_config.ts";

const ANNOTATIONS = "io.kubernetes.cri.pod-annotations";

function read(conf: Record<string, unknown> = {}): { parts: RuntimeParts; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const parts = readRuntimeParts(new Map(Object.entries(conf)), (warning) => warnings.push(warning));
  return { parts, warnings };
}

Deno.test("readRuntimeParts() drops values of runtimeConfig that have the wrong type, with a warning", () => {
  const keys = (more: Record<string, unknown>): string[] => read(more).warnings.map(({ key }) => key);
  assertEquals(keys({ runtimeConfig: "x" }), ["runtimeConfig"]);
  assertEquals(keys({ runtimeConfig: { [ANNOTATIONS]: [1] } }), [`runtimeConfig.${ANNOTATIONS}`]);
  assertEquals(keys({ runtimeConfig: { [ANNOTATIONS]: { a: 1, "b\n": null, c: "x" } } }), [
    'annotation "a"',
    String.raw`annotation "b\n"`,
  ]);
  assertEquals(keys({ runtimeConfig: null }), []);
  assertEquals(read({ runtimeConfig: { [ANNOTATIONS]: null } }).parts.annotations, null);
});

Deno.test("readRuntimeParts() distinguishes a missing list of attachments from an empty one", () => {
  const attachments = (value: unknown): unknown =>
    read({ "cni.dev/valid-attachments": value }).parts.validAttachments;
  assertEquals(read().parts.validAttachments, null);
  assertEquals(attachments(null), []);
  assertEquals(attachments([]), []);
  assertEquals(attachments([{ containerID: "a", ifname: "eth0", more: 1 }]), [{
    containerID: "a",
    ifname: "eth0",
  }]);
  assertEquals(attachments([{ containerID: "a", ifname: "eth0" }, { containerID: "b" }]), null);
  assertEquals(attachments("x"), null);
});
