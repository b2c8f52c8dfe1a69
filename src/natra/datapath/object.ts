import { embeddedFile } from "../../../ffi/native.ts";
import type { TcxHook } from "../../ebpf/features.ts";
import { BpfObject } from "../../ebpf/object.ts";
import { replacePin } from "../../ebpf/pins.ts";
import { writeStruct } from "../../ebpf/struct.ts";
import type { DirectionLimit } from "../limits/fields.ts";
import type { Knobs } from "./knobs.ts";
import { knobs as knobsLayout, sections } from "./layout.ts";

/** The programs of bpf/natra/natra.bpf.c. */
const PROGRAMS = ["natra_shape", "natra_guard", "natra_redirect"] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** A program that is to be loaded, and the kind of hook that it will be attached to. */
export interface Wanted {
  readonly program: ProgramName;
  readonly hook: { readonly point: keyof typeof TcxHook };
}

/** The maps of bpf/natra/natra.bpf.c that outlive the process, by the name of their pin. */
export const MAPS = {
  state: ".bss",
  knobs: ".rodata",
  sketch: "sketch",
  flows: "flows",
  work: "work",
} as const;
export type MapName = keyof typeof MAPS;
const PINS = Object.keys(MAPS) as readonly MapName[];

const BPF_F_RDONLY_PROG = 0x80;

/**
 * Loads the programs and maps for one direction of one pod.
 *
 * @param wanted The programs; the others are left out.
 * @param limit Gives the sketch its size.
 * @param knobs Constants of the programs: nothing can change them once they are loaded.
 * @param reused Descriptors of maps that go on: they keep what they hold.
 * @throws {NativeError} With libbpf's and the verifier's own words, if the kernel refuses.
 */
export function loadPrograms(
  wanted: readonly Wanted[],
  limit: DirectionLimit,
  knobs: Knobs,
  reused: ReadonlyMap<MapName, number> = new Map(),
): BpfObject {
  using undo = new DisposableStack();
  const object = undo.use(new BpfObject(embeddedFile("natra.bpf.o"), "natra"));
  for (const name of PROGRAMS) {
    const hook = wanted.find(({ program }) => program === name)?.hook;
    if (hook === undefined) object.skip(name);
    else object.prepare(name, hook.point);
  }
  const cells = limit.width * limit.depth;
  const isGuarded = wanted.some(({ program }) => program === "natra_guard");
  object.resizeMap("sketch", cells);
  object.resizeMap("guard_sketch", isGuarded && limit.mice === "free" ? cells : 1);
  // libbpf makes global data mappable, whole pages of it: 16 KiB for what takes 2. Nothing maps it here.
  object.setMapFlags(MAPS.state, 0);
  object.setMapFlags(MAPS.knobs, BPF_F_RDONLY_PROG);
  const { offset } = sections[".rodata"].variables.knobs;
  writeStruct(object.initialValue(MAPS.knobs), knobsLayout, knobs, offset);
  for (const [pin, fd] of reused) object.reuseMap(MAPS[pin], fd);
  object.load();
  undo.move();
  return object;
}

/** Pins the maps that outlive the process into a directory. @throws {NativeError} */
export function pinMaps(object: BpfObject, directory: string): void {
  for (const pin of PINS) object.pinMap(MAPS[pin], `${directory}/${pin}`);
}

/** Pins the maps in place of an earlier object's, except those that go on. @throws {NativeError} */
export function replaceMaps(
  object: BpfObject,
  directory: string,
  reused: ReadonlyMap<MapName, number>,
): void {
  for (const pin of PINS) {
    if (!reused.has(pin)) {
      replacePin(`${directory}/${pin}`, (draft) => object.pinMap(MAPS[pin], draft));
    }
  }
}
