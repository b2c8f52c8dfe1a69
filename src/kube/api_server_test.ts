import { assertEquals, assertThrows } from "@std/assert";
import { stringify } from "yaml";
import { fromKubeconfig } from "./kubeconfig.ts";
import { inCluster, ServerConfigError } from "./api_server.ts";

const env = (values: Readonly<Record<string, string>>): { get(name: string): string | undefined } => ({
  get: (name) => values[name],
});

/** A directory with these files, until the test ends. */
function directoryOf(files: Readonly<Record<string, string>>): Disposable & { path: string } {
  const path = Deno.makeTempDirSync({ prefix: "natra-kube-" });
  for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${path}/${name}`, text);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

Deno.test("inCluster() is null outside of one", () => {
  assertEquals(inCluster(env({})), null);
  assertEquals(inCluster(env({ KUBERNETES_SERVICE_HOST: "" })), null);
});

Deno.test("inCluster() reads a token that was rotated, and an authority that was changed", () => {
  using account = directoryOf({ token: "one\n", "ca.crt": "CA" });
  const server = inCluster(
    env({ KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" }),
    account.path,
  );
  assertEquals([server?.url, server?.readToken(), server?.readCa()], ["https://[fd00::1]:6443", "one", "CA"]);
  Deno.writeTextFileSync(`${account.path}/token`, "two");
  Deno.writeTextFileSync(`${account.path}/ca.crt`, "CB");
  assertEquals([server?.readToken(), server?.readCa()], ["two", "CB"]);
});

Deno.test("inCluster() says which file of the service account is missing, and refuses a malformed host", () => {
  using account = directoryOf({});
  const host = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };
  assertThrows(() => inCluster(env(host), account.path), ServerConfigError, `"${account.path}/token"`);
  const bad = env({ KUBERNETES_SERVICE_HOST: "evil/@x" });
  assertThrows(() => inCluster(bad, account.path), ServerConfigError, '"evil/@x"');
});

const cluster = { server: "https://127.0.0.1:6443/", "certificate-authority-data": btoa("CA") };
/** A kubeconfig with this cluster and user. */
function kubeconfig(of: { cluster?: object; user?: object; context?: object }): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "k", user: "u", ...of.context } }],
    clusters: [{ name: "k", cluster: { ...cluster, ...of.cluster } }],
    users: [{ name: "u", user: of.user ?? {} }],
  });
}

Deno.test("fromKubeconfig() reads data, and files relative to it", () => {
  using home = directoryOf({
    data: kubeconfig({ user: { token: "t" } }),
    files: kubeconfig({
      cluster: { "certificate-authority": "ca.crt", "certificate-authority-data": undefined },
      user: { tokenFile: "token", "client-certificate": "me.crt", "client-key-data": btoa("KEY") },
    }),
    "ca.crt": "CA2",
    token: "t2\n",
    "me.crt": "CERT",
  });
  const data = fromKubeconfig(`${home.path}/data`);
  assertEquals([data.url, data.readCa(), data.readToken(), data.certificate], [
    "https://127.0.0.1:6443",
    "CA",
    "t",
    null,
  ]);
  const files = fromKubeconfig(`${home.path}/files`);
  assertEquals([files.readCa(), files.readToken()], ["CA2", "t2"]);
  assertEquals(files.certificate, { cert: "CERT", key: "KEY" });
});

for (
  const [what, text, why] of [
    ["is not YAML", "a: [", "Bad kubeconfig"],
    ["is not a kubeconfig", "a: 1", "current-context"],
    ["names a context that is not there", kubeconfig({}).replace("name: c", "name: d"), 'no context "c"'],
    ["names a user that is not there", kubeconfig({ context: { user: "x" } }), 'no user "x"'],
    ["speaks plain HTTP", kubeconfig({ cluster: { server: "http://127.0.0.1" } }), "https://"],
    [
      "asks to trust everybody",
      kubeconfig({ cluster: { "insecure-skip-tls-verify": true } }),
      "not supported",
    ],
    ["wants a program run", kubeconfig({ user: { exec: { command: "sh" } } }), "exec plugins"],
    ["has data that is not base64", kubeconfig({ cluster: { "certificate-authority-data": "!" } }), "base64"],
    [
      "has no authority",
      kubeconfig({ cluster: { "certificate-authority-data": undefined } }),
      "certificate-authority",
    ],
  ] as const
) {
  Deno.test(`fromKubeconfig() refuses one that ${what}`, () => {
    using home = directoryOf({ config: text });
    assertThrows(() => fromKubeconfig(`${home.path}/config`), ServerConfigError, why);
  });
}
