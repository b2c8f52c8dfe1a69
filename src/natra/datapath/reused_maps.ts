import type { DirectionLimit } from "../limits/fields.ts";
import { type MapShape, mapShape, mapValue, openPin } from "../../ebpf/info.ts";
import { maps, sections } from "./layout.ts";
import type { MapName } from "./object.ts";
import { readStruct } from "../../ebpf/struct.ts";

const FIRST = new Uint8Array(4); // key 0

/** Sizes in this version's object. Another version of natra may have made the pinned maps with others. */
const SHAPES: Readonly<Record<Exclude<MapName, "knobs">, Pick<MapShape, "keySize" | "valueSize">>> = {
  state: { keySize: 4, valueSize: sections[".bss"].size },
  sketch: { keySize: maps.sketch.key.size, valueSize: maps.sketch.value.size },
  flows: { keySize: maps.flows.key.size, valueSize: maps.flows.value.size },
  work: { keySize: maps.work.key.size, valueSize: maps.work.value.size },
};

/**
 * The maps of a direction that are reused when its programs are replaced: counters and heavy flows; the
 * sketch, if its size stays; and the clocks, unless the limit rises, because a debt at the lower rate would
 * last longer than the higher rate requires. Owns their descriptors.
 */
export class ReusedMaps implements Disposable {
  readonly #opened = new DisposableStack();
  readonly fds: ReadonlyMap<MapName, number>;
  /** The seed of the flow hash, which the sketch depends on. */
  readonly seed: bigint | null;

  /** @param pins The directory of the direction's pins. @throws {NativeError} */
  constructor(pins: string, from: DirectionLimit, to: DirectionLimit) {
    using undo = new DisposableStack();
    undo.use(this.#opened);
    const fds = new Map<MapName, number>();
    const open = (name: MapName): number | null => {
      const pin = openPin(`${pins}/${name}`);
      return pin === null ? null : this.#opened.use(pin).fd;
    };
    this.seed = seedOf(open("knobs"));
    const kept: (keyof typeof SHAPES)[] = ["work", "flows"];
    if (to.rate <= from.rate) kept.push("state");
    if (this.seed !== null && to.width === from.width && to.depth === from.depth) kept.push("sketch");
    for (const name of kept) {
      const fd = open(name);
      if (fd !== null && hasShape(fd, name)) fds.set(name, fd);
    }
    this.fds = fds;
    undo.move();
  }

  [Symbol.dispose](): void {
    this.#opened.dispose();
  }
}

function hasShape(fd: number, name: keyof typeof SHAPES): boolean {
  const { keySize, valueSize } = mapShape(fd);
  return keySize === SHAPES[name].keySize && valueSize === SHAPES[name].valueSize;
}

function seedOf(fd: number | null): bigint | null {
  const { size, variables } = sections[".rodata"];
  if (fd === null || mapShape(fd).valueSize !== size) return null;
  const value = mapValue(fd, FIRST, size);
  return value === null ? null : readStruct(value, variables.knobs, variables.knobs.offset).seed;
}
