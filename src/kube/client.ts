/**
 * A client of the Kubernetes API. The official one takes half a second to start and more memory than all of
 * the agent; what is needed of it is HTTP, JSON and a stream of lines.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../base/log/quote.ts";
import type { ApiServer } from "./api_server.ts";
import { readLines, readText } from "./body.ts";
import { watchRefusal } from "./errors.ts";
import { decoder, type KubeObject, type ObjectName } from "./objects.ts";
import { apiVersionOf, collectionPath, objectPath, type Resource } from "./resource.ts";
import { type ApiRequest, type Deadline, Transport } from "./transport.ts";

/** How long an answer may take. */
const TIMEOUT_MS = 30_000;
/**
 * A server sends a bookmark a minute: after this long without a line, a watch's connection is taken for dead.
 */
const IDLE_MS = 120_000;
/** The longest answer, and the longest line of a watch. etcd takes objects of up to 1.5 MiB. */
const MAX_ANSWER_CHARS = 64 * 1024 * 1024;
const MAX_LINE_CHARS = 4 * 1024 * 1024;

/** Asks for metadata only: a whole Pod is ten times as long. */
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
const METADATA_LIST = METADATA.replace("PartialObjectMetadata", "PartialObjectMetadataList");
const JSON_TYPE = "application/json";

/** Which objects of a resource, and how much of them. */
export interface Selection {
  /** Absent or empty: all namespaces. */
  readonly namespace?: string;
  /** For example `spec.nodeName=n1`. */
  readonly fieldSelector?: string;
  /** For example `app in (a,b)`. */
  readonly labelSelector?: string;
  /** Asks the server for `metadata` only. */
  readonly metadataOnly?: boolean;
}

/** One request of a list. */
export interface ListOptions extends Selection {
  /** The most objects of a page. */
  readonly limit?: number;
  /** The {@linkcode Page.continue} of the page before. */
  readonly continue?: string;
  /** `0`: whatever the server has in memory; another: not older than that; absent: the newest. */
  readonly resourceVersion?: string;
}

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where a watch goes on. It is the same for all pages of a list. */
  readonly resourceVersion: string;
  /** What asks for the next page; empty: this is the last one. */
  readonly continue: string;
}

export interface WatchOptions extends Selection {
  /** Changes after this one. */
  readonly resourceVersion: string;
  /** When the server ends the watch. */
  readonly timeoutSeconds: number;
  /** How long nothing may come; see IDLE_MS. */
  readonly idleMs?: number;
}

/** An event of a watch. A bookmark only says how far the server is. */
export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T; readonly resourceVersion: string }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** An object to be written. Its apiVersion and kind are the resource's. */
export interface Manifest {
  readonly metadata?: { readonly name?: string; readonly generateName?: string; readonly namespace?: string };
}

export interface WriteOptions {
  /** Who owns the fields that are written. Absent: what the user agent begins with. */
  readonly fieldManager?: string;
  /** Does all checks and writes nothing. */
  readonly dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers, instead of failing with a conflict. */
  readonly force?: boolean;
}

export interface DeleteOptions {
  /** Only the object of this uid or version; another one is a conflict. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly gracePeriodSeconds?: number;
  /** What happens to objects that it owns. */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

const LIST_META = v.object({
  resourceVersion: v.pipe(v.string(), v.maxLength(253)),
  continue: v.optional(v.pipe(v.string(), v.maxLength(64 * 1024)), ""),
});
const decodeList = decoder(
  "list",
  v.object({ metadata: LIST_META, items: v.nullable(v.array(v.unknown())) }),
);
const decodeEvent = decoder(
  "watch event",
  v.variant("type", [
    v.object({ type: v.picklist(["ADDED", "MODIFIED", "DELETED"]), object: v.unknown() }),
    v.object({
      type: v.literal("BOOKMARK"),
      object: v.object({ metadata: v.object({ resourceVersion: v.pipe(v.string(), v.maxLength(253)) }) }),
    }),
    v.object({ type: v.literal("ERROR"), object: v.unknown() }),
  ]),
);

/**
 * The client of one API server. All requests throw an ApiError if the server refuses, and another error if it
 * cannot be reached or answers nonsense. Disposing of the client closes its connections.
 */
export class KubeClient implements Disposable {
  readonly #transport: Transport;

  /** @param options.userAgent For example `natra/0.1.0`. */
  constructor(server: ApiServer, { userAgent }: { readonly userAgent: string }) {
    this.#transport = new Transport(server, userAgent);
  }

  /** The API server's URL, for messages. */
  get url(): string {
    return this.#transport.url;
  }

  /** Gets an object. */
  async get<T>(
    resource: Resource<T>,
    name: ObjectName,
    signal: AbortSignal,
    { metadataOnly = false }: Pick<Selection, "metadataOnly"> = {},
  ): Promise<T> {
    const path = objectPath(resource, name);
    return resource.decode(
      await this.#ask({ method: "GET", path, accept: metadataOnly ? METADATA : JSON_TYPE }, signal),
    );
  }

  /** Gets one page of a list. */
  async list<T>(resource: Resource<T>, options: ListOptions, signal: AbortSignal): Promise<Page<T>> {
    const { limit, continue: token, resourceVersion } = options;
    const query = {
      ...selectors(options),
      ...limit === undefined ? {} : { limit: String(limit) },
      // A token says which version its list is of.
      ...token !== undefined ? { continue: token } : resourceVersion === undefined ? {} : { resourceVersion },
    };
    const path = collectionPath(resource, options.namespace);
    const accept = options.metadataOnly === true ? METADATA_LIST : JSON_TYPE;
    const { metadata, items } = decodeList(await this.#ask({ method: "GET", path, query, accept }, signal));
    return { ...metadata, items: (items ?? []).map(resource.decode) };
  }

  /**
   * Watches.
   *
   * @returns Once the server has agreed: the events as they come. The server may end them; if nothing comes
   * for too long, or the connection ends in the middle of an event, they end with an error.
   */
  async watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<AsyncIterable<WatchEvent<T>>> {
    const path = collectionPath(resource, options.namespace);
    const { resourceVersion, timeoutSeconds, idleMs = IDLE_MS } = options;
    const query = {
      ...selectors(options),
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion,
      timeoutSeconds: String(timeoutSeconds),
    };
    const accept = options.metadataOnly === true ? METADATA : JSON_TYPE;
    using undo = new DisposableStack();
    const deadline = undo.use(this.#transport.deadline(signal, TIMEOUT_MS, `watch ${path}`));
    const { body } = await this.#transport.send({ method: "GET", path, query, accept }, deadline.signal);
    const lines = readLines(body ?? new ReadableStream(), MAX_LINE_CHARS, deadline.signal);
    return eventsOf(lines, { resource, path, idleMs, deadline, owned: undo.move() });
  }

  /** Creates an object, or posts to a subresource. @throws {ApiError} See isAlreadyExists(). */
  async create<T, M extends Manifest>(
    resource: Resource<T>,
    object: M,
    signal: AbortSignal,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = resource.subresource === undefined
      ? collectionPath(resource, namespaceOf(resource, object))
      : objectPath(resource, nameOf(object));
    return resource.decode(await this.#write("POST", path, typed(resource, object), options, signal));
  }

  /** Replaces an object: with a resourceVersion only if it is still that one, see isConflict(). */
  async update<T, M extends Manifest>(
    resource: Resource<T>,
    object: M,
    signal: AbortSignal,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(resource, nameOf(object));
    return resource.decode(await this.#write("PUT", path, typed(resource, object), options, signal));
  }

  /**
   * Server-side apply: creates or changes an object so that the given fields are as given. Fields that this
   * manager applied before and leaves out now are removed; fields of others stay. The same again writes
   * nothing.
   *
   * @throws {ApiError} Without `force`, if a field belongs to another manager; see isConflict().
   */
  async apply<T, M extends Manifest>(
    resource: Resource<T>,
    object: M,
    { force = false, ...options }: ApplyOptions,
    signal: AbortSignal,
  ): Promise<T> {
    const path = objectPath(resource, nameOf(object));
    const query = { ...writeQuery(options), force: String(force) };
    // The type is YAML's, of which JSON is a part.
    const body = { type: "application/apply-patch+yaml", object: typed(resource, object) };
    return resource.decode(await this.#ask({ method: "PATCH", path, query, body }, signal));
  }

  /**
   * Changes the given fields of an object; null removes one, and a list is replaced as a whole (RFC 7386).
   */
  async mergePatch<T>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
    options: WriteOptions = {},
  ): Promise<T> {
    const body = { type: "application/merge-patch+json", object: patch };
    const query = writeQuery(options);
    return resource.decode(
      await this.#ask({ method: "PATCH", path: objectPath(resource, name), query, body }, signal),
    );
  }

  /** Deletes an object, or asks for it: finalizers and a Pod's grace period may keep it for a while. */
  async delete(
    resource: Resource<unknown>,
    name: ObjectName,
    signal: AbortSignal,
    options: DeleteOptions = {},
  ): Promise<void> {
    const body = { type: JSON_TYPE, object: { apiVersion: "v1", kind: "DeleteOptions", ...options } };
    await this.#ask({ method: "DELETE", path: objectPath(resource, name), body }, signal);
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }

  #write(
    method: "POST" | "PUT",
    path: string,
    object: unknown,
    options: WriteOptions,
    signal: AbortSignal,
  ): Promise<unknown> {
    return this.#ask(
      { method, path, query: writeQuery(options), body: { type: JSON_TYPE, object } },
      signal,
    );
  }

  async #ask(request: ApiRequest, signal: AbortSignal): Promise<unknown> {
    using deadline = this.#transport.deadline(signal, TIMEOUT_MS, `${request.method} ${request.path}`);
    const { body } = await this.#transport.send(request, deadline.signal);
    return parseJson(await readText(body, MAX_ANSWER_CHARS, deadline.signal));
  }
}

interface OpenWatch<T> {
  readonly resource: Resource<T>;
  readonly path: string;
  readonly idleMs: number;
  readonly deadline: Deadline;
  readonly owned: Disposable;
}

async function* eventsOf<T extends KubeObject>(
  lines: AsyncIterable<string>,
  { resource, path, idleMs, deadline, owned }: OpenWatch<T>,
): AsyncGenerator<WatchEvent<T>> {
  using _owned = owned;
  deadline.extend(idleMs);
  for await (const line of lines) {
    deadline.extend(idleMs);
    const event = decodeEvent(parseJson(line));
    if (event.type === "ERROR") throw watchRefusal(path, event.object);
    if (event.type === "BOOKMARK") {
      yield { type: event.type, resourceVersion: event.object.metadata.resourceVersion };
    } else {
      const object = resource.decode(event.object);
      yield { type: event.type, object, resourceVersion: object.metadata.resourceVersion };
    }
  }
}

function selectors({ fieldSelector, labelSelector }: Selection): Readonly<Record<string, string>> {
  return {
    ...fieldSelector === undefined ? {} : { fieldSelector },
    ...labelSelector === undefined ? {} : { labelSelector },
  };
}

function writeQuery({ fieldManager, dryRun = false }: WriteOptions): Readonly<Record<string, string>> {
  return {
    ...fieldManager === undefined ? {} : { fieldManager },
    ...dryRun ? { dryRun: "All" } : {},
  };
}

function typed<M extends Manifest>(resource: Resource<unknown>, object: M): M {
  const { kind, subresourceType = { apiVersion: apiVersionOf(resource), kind } } = resource;
  return { ...subresourceType, ...object };
}

function nameOf({ metadata }: Manifest): ObjectName {
  const { name, namespace = "" } = metadata ?? {};
  if (name === undefined) throw new Error("An object to be written needs a name");
  return { name, namespace };
}

function namespaceOf(resource: Resource<unknown>, { metadata }: Manifest): string {
  const namespace = metadata?.namespace ?? "";
  if (resource.isNamespaced && namespace === "") throw new Error(`A ${resource.kind} needs a namespace`);
  return namespace;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`The API server's answer is not JSON: ${quote(text)}`, { cause: error });
  }
}
