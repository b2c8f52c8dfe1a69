/**
 * Informers: the objects of a resource, kept up to date in an indexed store. Those of one selection share one
 * list and watch.
 */
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import type { KubeClient, Selection } from "./client.ts";
import type { Decode, KubeObject } from "./objects.ts";
import { type ListSink, Reflector, type Sink } from "./reflector.ts";
import { collectionPath, type Resource } from "./resource.ts";
import { type Change, type Indexer, type IndexFunction, Store } from "./store.ts";

/** Is called on changes, in their order. It must be quick, such as adding a key to a work queue. */
export interface Handler<T> {
  readonly onAdd?: (object: T) => void;
  readonly onUpdate?: (object: T, old: T) => void;
  /** @param object As it was last seen. */
  readonly onDelete?: (object: T) => void;
}

/** What an informer follows. */
export interface InformerOptions<T> extends Selection {
  readonly resource: Resource<T>;
  /**
   * Lists by pages of this many objects, from etcd: where all would be too many at once. Absent: from the
   * server's memory, at once.
   */
  readonly limit?: number;
}

/** The objects of a resource, as one consumer wants them. */
export class Informer<T extends KubeObject> implements Sink {
  readonly metadataOnly: boolean;
  readonly limit: number | null;
  readonly #decode: Decode<T>;
  readonly #reflector: Reflector;
  readonly #logger: Logger;
  readonly #store = new Store<T>();
  readonly #handlers = new Set<Handler<T>>();
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;

  /** Made by {@linkcode SharedInformers}. */
  constructor(
    { resource, metadataOnly = false, limit }: InformerOptions<T>,
    reflector: Reflector,
    logger: Logger,
  ) {
    this.#decode = resource.decode;
    this.metadataOnly = metadataOnly;
    this.limit = limit ?? null;
    this.#reflector = reflector;
    this.#logger = logger;
    reflector.add(this);
  }

  /** What is there now. */
  get store(): Indexer<T> {
    return this.#store;
  }

  /** Whether the first list is in the store. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolved once the first list is in the store. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /**
   * Milliseconds since the API server last said anything of this resource: the store may be that old.
   * Infinity: it never did.
   */
  get stalenessMs(): number {
    return performance.now() - this.#reflector.lastContact;
  }

  /** Adds an index to the store. */
  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    this.#store.addIndex(name, valuesOf);
  }

  /** Adds a handler, which is called for what is there already, too. Disposing of the answer removes it. */
  addHandler(handler: Handler<T>): Disposable {
    this.#handlers.add(handler);
    for (const object of this.#store.values()) this.#call(handler, { type: "add", object });
    return { [Symbol.dispose]: () => void this.#handlers.delete(handler) };
  }

  beginList(): ListSink {
    const objects: T[] = [];
    return {
      add: (object) => void objects.push(this.#decode(object)),
      commit: () => {
        const changes = this.#store.replace(objects);
        this.#hasSynced = true;
        this.#report(changes);
        this.#synced.resolve();
      },
    };
  }

  set(object: unknown): void {
    this.#report(this.#store.set(this.#decode(object)));
  }

  delete(key: string): void {
    this.#report(this.#store.delete(key));
  }

  #report(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#call(handler, change);
    }
  }

  #call(handler: Handler<T>, change: Change<T>): void {
    try {
      if (change.type === "add") handler.onAdd?.(change.object);
      else if (change.type === "update") handler.onUpdate?.(change.object, change.old);
      else handler.onDelete?.(change.object);
    } catch (error) {
      this.#logger.error("informer's handler failed", { change: change.type, error: describeError(error) });
    }
  }
}

/** All informers of a process. */
export class SharedInformers {
  readonly #client: KubeClient;
  readonly #logger: Logger;
  readonly #idleMs: number | undefined;
  /** By what they select. */
  readonly #reflectors = new Map<string, Reflector>();
  readonly #running = new Set<Promise<void>>();
  #signal: AbortSignal | null = null;

  /** @param options.idleMs See WatchOptions. */
  constructor(client: KubeClient, logger: Logger, { idleMs }: { readonly idleMs?: number } = {}) {
    this.#client = client;
    this.#logger = logger;
    this.#idleMs = idleMs;
  }

  /**
   * An informer. All that have the same resource and selectors share one list and watch, and each keeps what
   * its own resource's `decode` picks. Only if all of them want metadata only, no more is asked for. Ask for
   * it before run(): later costs a list for all.
   */
  informer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
    const { resource, namespace = "", fieldSelector = "", labelSelector = "" } = options;
    const key = JSON.stringify([collectionPath(resource, namespace), fieldSelector, labelSelector]);
    const known = this.#reflectors.get(key);
    if (known !== undefined) return new Informer(options, known, this.#logger);
    const reflector = new Reflector({
      client: this.#client,
      resource,
      selection: {
        namespace,
        ...fieldSelector === "" ? {} : { fieldSelector },
        ...labelSelector === "" ? {} : { labelSelector },
      },
      logger: this.#logger,
      ...this.#idleMs === undefined ? {} : { idleMs: this.#idleMs },
    });
    this.#reflectors.set(key, reflector);
    const informer = new Informer(options, reflector, this.#logger);
    if (this.#signal !== null) this.#start(reflector, this.#signal);
    return informer;
  }

  /** Lists and watches until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const reflector of this.#reflectors.values()) this.#start(reflector, signal);
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    this.#signal = null;
    await Promise.all(this.#running);
  }

  #start(reflector: Reflector, signal: AbortSignal): void {
    const running = reflector.run(signal).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
