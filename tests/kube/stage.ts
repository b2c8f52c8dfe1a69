/** What the scenarios of src/kube have, and what they do again and again. */
import type { CustomResourceDefinition } from "kubernetes-types/apiextensions/v1";
import * as v from "valibot";
import type { Logger } from "../../src/base/log/log.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { decoder, type KubeObject, META, type ObjectMeta } from "../../src/kube/objects.ts";
import type { Resource } from "../../src/kube/resource.ts";
import type { ApiServer } from "../rig/cluster/api_server.ts";
import { CUSTOM_RESOURCE_DEFINITIONS } from "../rig/cluster/resources.ts";
import { pause } from "../rig/interruption.ts";
import { recordingLogger } from "../rig/recording_logger.ts";
import { RigError } from "../rig/run.ts";

/** What a scenario has. */
export interface Stage {
  readonly api: ApiServer;
  /** The administrator's. */
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly lines: ReturnType<typeof recordingLogger>["lines"];
  /** Never aborted. */
  readonly signal: AbortSignal;
}

/** A scenario. */
export interface Scenario {
  readonly name: string;
  readonly run: (stage: Stage) => Promise<void>;
}

const PATIENCE_MS = 30_000;

export const NAMESPACE = "default";

/** A kind of our own, as a controller's. */
export interface Widget extends KubeObject {
  readonly metadata: ObjectMeta & {
    readonly generation: number;
    readonly finalizers: readonly string[];
  };
  readonly spec: { readonly replicas: number; readonly colour: string };
  readonly status: { readonly replicas: number; readonly ready: boolean };
}

export const WIDGETS: Resource<Widget> = {
  group: "test.natra.io",
  version: "v1",
  kind: "Widget",
  plural: "widgets",
  isNamespaced: true,
  decode: decoder(
    "Widget",
    v.object({
      metadata: v.object({
        ...META,
        generation: v.number(),
        finalizers: v.optional(v.array(v.string()), []),
      }),
      spec: v.object({ replicas: v.optional(v.number(), 0), colour: v.optional(v.string(), "") }),
      status: v.optional(
        v.object({ replicas: v.optional(v.number(), 0), ready: v.optional(v.boolean(), false) }),
        {},
      ),
    }),
  ),
};

const DEFINITION: CustomResourceDefinition = {
  metadata: { name: "widgets.test.natra.io" },
  spec: {
    group: WIDGETS.group,
    scope: "Namespaced",
    names: { kind: WIDGETS.kind, plural: WIDGETS.plural, singular: "widget" },
    versions: [{
      name: WIDGETS.version,
      served: true,
      storage: true,
      subresources: {
        status: {},
        scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
      },
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            spec: {
              type: "object",
              properties: { replicas: { type: "integer" }, colour: { type: "string" } },
            },
            status: {
              type: "object",
              properties: { replicas: { type: "integer" }, ready: { type: "boolean" } },
            },
          },
        },
      },
    }],
  },
};

/** Has the API server serve widgets. */
export async function defineWidgets(client: KubeClient, signal: AbortSignal): Promise<void> {
  const apply = { fieldManager: "rig" };
  await client.apply(CUSTOM_RESOURCE_DEFINITIONS, DEFINITION, apply, signal);
  await until("serve widgets", () => client.list(WIDGETS, {}, signal).then(() => true, () => null));
}

/** Waits until something is there. @throws {RigError} If it takes too long. */
export async function until<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  for (const start = performance.now(); performance.now() - start < PATIENCE_MS;) {
    const found = await look();
    if (found !== null) return found;
    await pause(50);
  }
  throw new RigError(`Failed to ${what}`);
}

/** An object of the rig's namespace. */
export function inNamespace<T extends object>(
  name: string,
  fields: T,
  labels?: Readonly<Record<string, string>>,
): T & { readonly metadata: { name: string; namespace: string; labels?: Record<string, string> } } {
  const metadata = { name, namespace: NAMESPACE };
  return { ...fields, metadata: labels === undefined ? metadata : { ...metadata, labels: { ...labels } } };
}
