/** A real kube-apiserver with its etcd, on 127.0.0.1, and what an administrator does with it. */
import type { ApiServer as Address } from "../../../src/kube/api_server.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { Daemon } from "../clients/daemon.ts";
import { RigError } from "../run.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";

const HOME = "/run/api";
const LOGS = "/var/log";
const ETCD = "http://127.0.0.1:2379";
const PORT = 6443;
const ADMIN = "admin-token";

const AUDIT_LOG = `${LOGS}/audit.log`;
/** One line for each request, once it is answered. */
const AUDIT_POLICY = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived", "ResponseStarted"],
  rules: [{ level: "Metadata" }],
};

/** A request, as the API server's audit log has it. */
export interface AuditLine {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly objectRef?: { readonly resource: string; readonly name?: string };
  readonly responseStatus?: { readonly code: number };
}

/** Where their executables are. */
export interface Programs {
  readonly etcd: string;
  readonly apiserver: string;
}

/** An object of the API. */
export type KubeObject = Readonly<Record<string, unknown>>;

/** The two daemons. Disposing of them kills both. */
export class ApiServer implements AsyncDisposable {
  static readonly url = `https://127.0.0.1:${PORT}`;
  #apiserver: Daemon | null = null;

  private constructor(
    readonly programs: Programs,
    readonly certificates: Certificates,
    readonly client: Deno.HttpClient,
    readonly etcd: Daemon,
  ) {}

  /** Starts both. */
  static async start(programs: Programs): Promise<ApiServer> {
    await Deno.mkdir(HOME, { recursive: true });
    const certificates = await makeCertificates(HOME);
    await Deno.writeTextFile(`${HOME}/tokens.csv`, `${ADMIN},admin,1,system:masters\n`);
    await Deno.writeTextFile(`${HOME}/audit.json`, JSON.stringify(AUDIT_POLICY));
    const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(certificates.ca)] });
    const argv = [programs.etcd, `--data-dir=${HOME}/etcd`, `--listen-client-urls=${ETCD}`];
    const quick = ["--unsafe-no-fsync", `--advertise-client-urls=${ETCD}`];
    const etcd = await Daemon.start([...argv, ...quick], `${LOGS}/etcd.log`, async () => {
      return await isWell(() => fetch(`${ETCD}/health`));
    });
    const api = new ApiServer(programs, certificates, client, etcd);
    await api.restart();
    return api;
  }

  /** Starts the API server again, after it was killed. */
  async restart(): Promise<void> {
    const { cert, key, publicKey } = this.certificates;
    const flags = [
      `--etcd-servers=${ETCD}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${PORT}`,
      `--tls-cert-file=${cert}`,
      `--tls-private-key-file=${key}`,
      `--token-auth-file=${HOME}/tokens.csv`,
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--service-account-issuer=https://natra.test",
      `--service-account-key-file=${publicKey}`,
      `--service-account-signing-key-file=${key}`,
      `--audit-policy-file=${HOME}/audit.json`,
      `--audit-log-path=${AUDIT_LOG}`,
      // Pods need no default service account, so that they can be created as soon as the server is ready.
      "--disable-admission-plugins=ServiceAccount",
    ];
    this.#apiserver = await Daemon.start(
      [this.programs.apiserver, ...flags],
      `${LOGS}/apiserver.log`,
      () => isWell(() => this.fetch("GET", "/readyz")),
    );
  }

  /** Kills the API server as a crash would. */
  async kill(): Promise<void> {
    await this.#apiserver?.[Symbol.asyncDispose]();
  }

  /**
   * What src/kube needs to reach it as the administrator.
   *
   * @param port Of a proxy, if there is one in between.
   */
  address(port = PORT): Address {
    return {
      url: `https://127.0.0.1:${port}`,
      readCa: () => Deno.readTextFileSync(this.certificates.ca),
      readToken: () => ADMIN,
      certificate: null,
    };
  }

  /** A client of the administrator's. @param userAgent Its name in the audit log. */
  kubeClient(userAgent: string, port = PORT): KubeClient {
    return new KubeClient(this.address(port), { userAgent });
  }

  /** Writes a kubeconfig of the administrator's. */
  async writeKubeconfig(path: string): Promise<void> {
    const named = (name: string, more: object): object => ({ name, ...more });
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "rig",
      contexts: [named("rig", { context: { cluster: "rig", user: "admin" } })],
      clusters: [
        named("rig", { cluster: { server: ApiServer.url, "certificate-authority": this.certificates.ca } }),
      ],
      users: [named("admin", { user: { token: ADMIN } })],
    };
    await Deno.writeTextFile(path, JSON.stringify(config));
  }

  /** The requests of a client that were answered so far; a watch counts once it ends. */
  async audited(userAgent: string): Promise<AuditLine[]> {
    const lines = (await Deno.readTextFile(AUDIT_LOG)).split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as AuditLine).filter((line) => line.userAgent === userAgent);
  }

  /** Sends a request, by default as the administrator. */
  fetch(method: string, path: string, body?: unknown, token: string = ADMIN): Promise<Response> {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return fetch(`${ApiServer.url}${path}`, {
      method,
      client: this.client,
      headers: { authorization: `Bearer ${token}`, "content-type": type },
      ...body === undefined ? {} : { body: JSON.stringify(body) },
    });
  }

  /** Sends a request that must succeed. @returns its answer */
  async ask<T = KubeObject>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.fetch(method, path, body);
    if (response.ok) return await response.json() as T;
    throw new RigError(`Failed to ${method} ${path}: ${response.status}, "${await response.text()}"`);
  }

  /** A pod on a node, as a scheduler leaves it. */
  async createPod(
    name: string,
    node: string,
    annotations: Readonly<Record<string, string>>,
    namespace = "default",
  ): Promise<void> {
    await this.ask("POST", `/api/v1/namespaces/${namespace}/pods`, {
      metadata: { name, annotations },
      spec: { nodeName: node, containers: [{ name: "c", image: "none" }] },
    });
  }

  /** Takes a pod away at once. */
  async deletePod(name: string): Promise<void> {
    await this.ask("DELETE", `/api/v1/namespaces/default/pods/${name}`, { gracePeriodSeconds: 0 });
  }

  /** Changes a pod's annotations; null takes one away. */
  async annotate(pod: string, annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await this.ask("PATCH", `/api/v1/namespaces/default/pods/${pod}`, { metadata: { annotations } });
  }

  /** The same for the namespace of all pods. */
  async annotateNamespace(annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await this.ask("PATCH", "/api/v1/namespaces/default", { metadata: { annotations } });
  }

  /** A token of a service account, which ends with a secret. */
  async token(namespace: string, account: string, secret: string): Promise<string> {
    const secrets = `/api/v1/namespaces/${namespace}/secrets`;
    const { metadata } = await this.ask<{ metadata: { uid: string } }>("POST", secrets, {
      metadata: { name: secret },
    });
    const { status } = await this.ask<{ status: { token: string } }>(
      "POST",
      `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: {
          expirationSeconds: 600,
          boundObjectRef: { apiVersion: "v1", kind: "Secret", name: secret, uid: metadata.uid },
        },
      },
    );
    return status.token;
  }

  /** Removes the history from etcd: no client can go on from an old version. */
  async compact(): Promise<void> {
    const post = async (path: string, body: KubeObject): Promise<{ header: { revision: string } }> => {
      const response = await fetch(`${ETCD}/v3/${path}`, { method: "POST", body: JSON.stringify(body) });
      if (response.ok) return await response.json();
      throw new RigError(`Failed to compact etcd: "${await response.text()}"`);
    };
    const { header } = await post("kv/range", { key: btoa("none") });
    await post("kv/compaction", { revision: header.revision, physical: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.etcd[Symbol.asyncDispose]();
    this.client.close();
  }
}

/** Whether a server answers that it is well. */
async function isWell(ask: () => Promise<Response>): Promise<boolean> {
  try {
    const response = await ask();
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // it does not listen yet
  }
}
