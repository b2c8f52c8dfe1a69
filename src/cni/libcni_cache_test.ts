import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { cachedAttachments, parseCached } from "./libcni_cache.ts";

const INFO = {
  kind: "cniCacheV1",
  containerId: "c0ffee",
  config: "e30=",
  ifName: "eth0",
  networkName: "mynet",
  netns: "/run/netns/cni-1",
  cniArgs: [["K8S_POD_NAMESPACE", "shop"], ["K8S_POD_NAME", "web-1"], ["IgnoreUnknown", "1"]],
  result: { interfaces: [{ name: "veth1" }, { name: "eth0", sandbox: "/run/netns/cni-2" }] },
};
const FOUND = {
  containerId: "c0ffee",
  ifname: "eth0",
  network: "mynet",
  netns: "/run/netns/cni-1",
  pod: { namespace: "shop", name: "web-1" },
};

Deno.test("parseCached() reads what libcni stores about an interface", () => {
  assertEquals(parseCached(INFO), FOUND);
});

Deno.test("parseCached() takes the namespace from the result if libcni does not store it", () => {
  assertEquals(parseCached({ ...INFO, netns: undefined }), { ...FOUND, netns: "/run/netns/cni-2" });
});

Deno.test("parseCached() does not require the pod's name", () => {
  for (const cniArgs of [undefined, null, [], "x", [["K8S_POD_NAME", "a"]], [["K8S_POD_NAME"]], [7]]) {
    assertEquals(parseCached({ ...INFO, cniArgs }), { ...FOUND, pod: null });
  }
});

Deno.test("parseCached() skips loopbacks, other kinds, and invalid fields", () => {
  for (
    const wrong of [
      { kind: "cniCacheV2" },
      { ifName: "lo" },
      { ifName: "../eth0" },
      { ifName: "" },
      { containerId: "../../etc" },
      { containerId: "-x" },
      { containerId: 7 },
      { networkName: null },
      { netns: "relative" },
      { netns: undefined, result: null },
      { netns: undefined, result: { interfaces: [{ name: "eth0" }] } },
    ]
  ) {
    assertEquals(parseCached({ ...INFO, ...wrong }), null, JSON.stringify(wrong));
  }
});

Deno.test("parseCached() accepts any JSON, and never throws", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assertEquals(parseCached(value), null);
    parseCached({ ...INFO, cniArgs: value, result: value, netns: undefined });
  }));
});

Deno.test("cachedAttachments() reads a directory, and skips files that it cannot parse", () => {
  const cache = Deno.makeTempDirSync({ prefix: "natra-cache-" });
  try {
    assertEquals(cachedAttachments(cache), []);
    Deno.mkdirSync(`${cache}/results/directory`, { recursive: true });
    Deno.writeTextFileSync(`${cache}/results/mynet-c0ffee-eth0`, JSON.stringify(INFO));
    Deno.writeTextFileSync(`${cache}/results/half`, JSON.stringify(INFO).slice(0, 50));
    assertEquals(cachedAttachments(cache), [FOUND]);
  } finally {
    Deno.removeSync(cache, { recursive: true });
  }
});
