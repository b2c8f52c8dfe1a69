import { assertEquals } from "@std/assert";
import { cachedAttachments, cachedConfig } from "./libcni_cache.ts";

const LIST = { cniVersion: "1.0.0", name: "net", plugins: [{ type: "ptp" }, { type: "x", ünï: "cödé" }] };
const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const INFO = {
  kind: "cniCacheV1",
  containerId: "c1",
  ifName: "eth0",
  networkName: "net",
  config: base64(JSON.stringify(LIST)),
  cniArgs: [["K8S_POD_NAMESPACE", "shop"], ["K8S_POD_NAME", "web"]],
  result: { interfaces: [{ name: "veth1" }, { name: "eth0", sandbox: "/run/netns/a" }] },
};
const ATTACHMENT = {
  containerId: "c1",
  ifname: "eth0",
  network: "net",
  netns: "/run/netns/a",
  pod: { namespace: "shop", name: "web" },
};

/** A cache with one file, until the test ends. */
function cacheOf(info: unknown): Disposable & { path: string } {
  const path = Deno.makeTempDirSync({ prefix: "natra-cache-" });
  Deno.mkdirSync(`${path}/results`);
  Deno.writeTextFileSync(
    `${path}/results/net-c1-eth0`,
    typeof info === "string" ? info : JSON.stringify(info),
  );
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("the cache gives an interface, its pod, and the list that it was added with", () => {
  using cache = cacheOf(INFO);
  assertEquals(cachedAttachments(cache.path), [ATTACHMENT]);
  assertEquals(cachedConfig(ATTACHMENT, cache.path), LIST);
});

for (
  const [how, info] of [["half-written", '{"kind":"cni'], ["without a configuration", {
    ...INFO,
    config: 7,
  }]] as const
) {
  Deno.test(`cachedConfig() is null for a file that is ${how}`, () => {
    using cache = cacheOf(info);
    assertEquals(cachedConfig(ATTACHMENT, cache.path), null);
  });
}

Deno.test("cachedConfig() is null for a missing entry, for invalid base64 or JSON, and for a path", () => {
  for (const config of ["!", base64("{"), base64("")]) {
    using cache = cacheOf({ ...INFO, config });
    assertEquals(cachedConfig(ATTACHMENT, cache.path), null);
    assertEquals(cachedConfig({ ...ATTACHMENT, network: "../net" }, cache.path), null);
    assertEquals(cachedConfig({ ...ATTACHMENT, containerId: "c2" }, cache.path), null);
  }
});
