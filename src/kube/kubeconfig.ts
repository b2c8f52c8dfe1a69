/** Reads a kubeconfig, for an agent that runs outside of the cluster. */
import * as v from "valibot";
import { parse } from "yaml";
import { quote } from "../base/log/quote.ts";
import { type ApiServer, type ClientCertificate, readFile, ServerConfigError } from "./api_server.ts";

const text = v.optional(v.string());

/** The supported fields. Unsupported ways to authenticate are refused, not ignored. */
const SCHEMA = v.object({
  "current-context": v.string("current-context is missing"),
  contexts: v.array(
    v.object({ name: v.string(), context: v.object({ cluster: v.string(), user: v.string() }) }),
  ),
  clusters: v.array(v.object({
    name: v.string(),
    cluster: v.object({
      server: v.pipe(v.string(), v.regex(/^https:\/\/[^/?#@]+\/?$/, "server must be https://HOST[:PORT]")),
      "certificate-authority": text,
      "certificate-authority-data": text,
      "insecure-skip-tls-verify": v.optional(v.literal(false, "insecure-skip-tls-verify is not supported")),
    }),
  })),
  users: v.array(v.object({
    name: v.string(),
    user: v.object({
      token: text,
      tokenFile: text,
      "client-certificate": text,
      "client-certificate-data": text,
      "client-key": text,
      "client-key-data": text,
      exec: v.optional(v.undefined("exec plugins are not supported")),
      "auth-provider": v.optional(v.undefined("auth providers are not supported")),
    }),
  })),
});

/**
 * Reads a kubeconfig's current context.
 *
 * @param path The file; paths in it are relative to its directory.
 * @throws {ServerConfigError} If it cannot be read or used.
 */
export function fromKubeconfig(path: string): ApiServer {
  const refuse = (why: string, cause?: unknown): never => {
    throw new ServerConfigError(`Bad kubeconfig ${quote(path, 200)}: ${why}`, { cause });
  };
  let yaml: unknown;
  const source = readFile(path);
  try {
    yaml = parse(source);
  } catch (error) {
    return refuse(error instanceof Error ? quote(error.message, 200) : "not valid YAML", error);
  }
  const result = v.safeParse(SCHEMA, yaml);
  if (!result.success) {
    const [issue] = result.issues;
    return refuse(`${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
  }
  const config = result.output;
  const named = <T extends { name: string }>(what: string, list: readonly T[], name: string): T =>
    list.find((entry) => entry.name === name) ?? refuse(`it has no ${what} ${quote(name)}`);
  const { context } = named("context", config.contexts, config["current-context"]);
  const { cluster } = named("cluster", config.clusters, context.cluster);
  const { user } = named("user", config.users, context.user);

  const base = path.slice(0, path.lastIndexOf("/") + 1);
  /** A value that stands in the file as base64, or in a file of its own. */
  const reader = (data: string | undefined, file: string | undefined): (() => string) | null => {
    if (data !== undefined) {
      const decoded = decode(data) ?? refuse("its data is not valid base64");
      return () => decoded;
    }
    return file === undefined ? null : () => readFile(file.startsWith("/") ? file : base + file);
  };
  const readCa = reader(cluster["certificate-authority-data"], cluster["certificate-authority"]) ??
    refuse("its cluster has no certificate-authority");
  const readTokenFile = reader(undefined, user.tokenFile);
  return {
    url: cluster.server.replace(/\/$/, ""),
    readCa,
    readToken: () => readTokenFile?.().trim() ?? user.token ?? null,
    certificate: certificate(
      reader(user["client-certificate-data"], user["client-certificate"]),
      reader(user["client-key-data"], user["client-key"]),
    ),
  };
}

function certificate(cert: (() => string) | null, key: (() => string) | null): ClientCertificate | null {
  return cert === null || key === null ? null : { cert: cert(), key: key() };
}

function decode(base64: string): string | null {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    return null;
  }
}
