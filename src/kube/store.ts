/** Objects in memory, by key and by named indices. */
import { keyOf, type KubeObject } from "./objects.ts";

/** What may be asked of a store. */
export interface Indexer<T> {
  readonly size: number;
  /** @param key See keyOf(). */
  get(key: string): T | undefined;
  keys(): Iterable<string>;
  values(): Iterable<T>;
  /** The objects that an index has under a value. @throws {Error} If there is no such index. */
  byIndex(name: string, value: string): readonly T[];
  /** The values that an index has objects under. @throws {Error} If there is no such index. */
  indexValues(name: string): Iterable<string>;
}

/** The values that an object is found under. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** What a change of a store was. A new object under the key of another is a `delete` and an `add`. */
export type Change<T> =
  | { readonly type: "add"; readonly object: T }
  | { readonly type: "update"; readonly object: T; readonly old: T }
  | { readonly type: "delete"; readonly object: T };

interface Index<T> {
  readonly valuesOf: IndexFunction<T>;
  readonly keys: Map<string, Set<string>>;
}

/** An indexed store. Only its informer writes it. */
export class Store<T extends KubeObject> implements Indexer<T> {
  readonly #objects = new Map<string, T>();
  readonly #indices = new Map<string, Index<T>>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): Iterable<string> {
    return this.#objects.keys();
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }

  byIndex(name: string, value: string): readonly T[] {
    const keys = this.#index(name).keys.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  indexValues(name: string): Iterable<string> {
    return this.#index(name).keys.keys();
  }

  /** Adds an index of what is there and of what comes. @throws {Error} If there is one of that name. */
  addIndex(name: string, valuesOf: IndexFunction<T>): void {
    if (this.#indices.has(name)) throw new Error(`There is an index "${name}" already`);
    const index: Index<T> = { valuesOf, keys: new Map() };
    this.#indices.set(name, index);
    for (const [key, object] of this.#objects) insert(index, key, object);
  }

  /** Adds or replaces an object. The same version again is no change. */
  set(object: T): readonly Change<T>[] {
    const key = keyOf(object.metadata);
    const old = this.#objects.get(key);
    if (old !== undefined) {
      const { uid, resourceVersion } = old.metadata;
      if (uid === object.metadata.uid && resourceVersion === object.metadata.resourceVersion) return [];
      for (const index of this.#indices.values()) remove(index, key, old);
    }
    this.#objects.set(key, object);
    for (const index of this.#indices.values()) insert(index, key, object);
    if (old === undefined) return [{ type: "add", object }];
    return old.metadata.uid === object.metadata.uid
      ? [{ type: "update", object, old }]
      : [{ type: "delete", object: old }, { type: "add", object }];
  }

  /** Removes what is under a key. */
  delete(key: string): readonly Change<T>[] {
    const object = this.#objects.get(key);
    if (object === undefined) return [];
    this.#objects.delete(key);
    for (const index of this.#indices.values()) remove(index, key, object);
    return [{ type: "delete", object }];
  }

  /** Makes these the only objects. */
  replace(objects: readonly T[]): readonly Change<T>[] {
    const listed = new Set(objects.map(({ metadata }) => keyOf(metadata)));
    const gone = [...this.#objects.keys()].filter((key) => !listed.has(key));
    return [...gone.flatMap((key) => this.delete(key)), ...objects.flatMap((object) => this.set(object))];
  }

  #index(name: string): Index<T> {
    const index = this.#indices.get(name);
    if (index === undefined) throw new Error(`There is no index "${name}"`);
    return index;
  }
}

function insert<T>({ valuesOf, keys }: Index<T>, key: string, object: T): void {
  for (const value of valuesOf(object)) {
    const under = keys.get(value) ?? new Set();
    keys.set(value, under.add(key));
  }
}

function remove<T>({ valuesOf, keys }: Index<T>, key: string, object: T): void {
  for (const value of valuesOf(object)) {
    const under = keys.get(value);
    under?.delete(key);
    if (under?.size === 0) keys.delete(value);
  }
}
