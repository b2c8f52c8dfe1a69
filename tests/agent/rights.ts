/** The rights that the DaemonSet gives its pods: they must be enough, and no more. */
import { parseAllDocuments } from "yaml";
import type { ApiServer } from "../rig/cluster/api_server.ts";

const YAML = new URL("../../deploy/cni-installer.yaml", import.meta.url).pathname;

/** Where objects of a kind are created. */
const PATHS: Readonly<Record<string, (namespace: string) => string>> = {
  ServiceAccount: (namespace) => `/api/v1/namespaces/${namespace}/serviceaccounts`,
  ClusterRole: () => "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: () => "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  Role: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/roles`,
  RoleBinding: (namespace) => `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
  DaemonSet: (namespace) => `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
};

/** The service account's name, and its namespace. */
export const ACCOUNT_NAME = "natra";
export const ACCOUNT_NAMESPACE = "kube-system";

interface Document {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Applies the DaemonSet's file, as `kubectl apply` would: all of it is valid, or this fails. */
export async function grantRights(api: ApiServer): Promise<void> {
  for (const document of parseAllDocuments(await Deno.readTextFile(YAML))) {
    const object = document.toJS() as Document | null;
    if (object === null) continue;
    const path = PATHS[object.kind];
    if (path === undefined) throw new Error(`"${YAML}" has a ${object.kind}, which this test does not know`);
    await api.ask("POST", path(object.metadata.namespace ?? ""), object);
  }
}

/** What the agent must not be able to do. */
export const FORBIDDEN: readonly (readonly [method: string, path: string])[] = [
  ["GET", "/api/v1/secrets"],
  ["GET", "/api/v1/nodes"],
  ["GET", "/api/v1/namespaces/default/events"],
  ["DELETE", "/api/v1/namespaces/default/pods/none"],
  ["PATCH", "/api/v1/namespaces/default/pods/none"],
  ["POST", "/api/v1/namespaces/default/pods"],
  ["GET", `/apis/apps/v1/namespaces/${ACCOUNT_NAMESPACE}/daemonsets`],
  ["GET", `/apis/apps/v1/namespaces/${ACCOUNT_NAMESPACE}/daemonsets/other`],
];
/** What it must be able to do. */
export const ALLOWED: readonly string[] = [
  "/api/v1/pods?limit=1",
  "/api/v1/namespaces?limit=1",
  `/apis/apps/v1/namespaces/${ACCOUNT_NAMESPACE}/daemonsets/natra`,
];
