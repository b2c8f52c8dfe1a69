/** Where the API server is, and how to authenticate: from the service account that a pod is given. */
import { quote } from "../base/log/quote.ts";

/** A client certificate and its key. */
export interface ClientCertificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** An API server, and how to authenticate to it. What rotates is read again for each request. */
export interface ApiServer {
  /** For example `https://10.0.0.1:443`, without a slash at its end. */
  readonly url: string;
  /** The only certificate authorities that are trusted, PEM. */
  readonly readCa: () => string;
  /** null: none is sent. */
  readonly readToken: () => string | null;
  readonly certificate: ClientCertificate | null;
}

/** Where a pod finds its service account. */
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The API server cannot be used as configured. */
export class ServerConfigError extends Error {
  override readonly name = "ServerConfigError";
}

/**
 * The API server of the cluster that this process runs in as a pod.
 *
 * @param account The service account's directory; only tests pass another.
 * @returns null if this process is not in a pod.
 * @throws {ServerConfigError} If it is, without a service account.
 */
export function inCluster(
  env: { get(name: string): string | undefined } = Deno.env,
  account: string = ACCOUNT,
): ApiServer | null {
  const host = env.get("KUBERNETES_SERVICE_HOST");
  const port = env.get("KUBERNETES_SERVICE_PORT") ?? "443";
  if (host === undefined || host === "") return null;
  if (!/^[0-9a-zA-Z.:-]+$/.test(host) || !/^[0-9]{1,5}$/.test(port)) {
    throw new ServerConfigError(`Bad KUBERNETES_SERVICE_HOST or PORT: ${quote(host)}, ${quote(port)}`);
  }
  const read = (name: string): string => readFile(`${account}/${name}`);
  read("token"); // fails now, not at the first request
  return {
    url: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    readCa: () => read("ca.crt"),
    readToken: () => read("token").trim(),
    certificate: null,
  };
}

/** Reads a file of the configuration. @throws {ServerConfigError} If it cannot. */
export function readFile(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new ServerConfigError(`Cannot read ${quote(path, 200)}`, { cause: error });
  }
}
