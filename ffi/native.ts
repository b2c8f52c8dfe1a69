/**
 * The only module that opens libraries and maps foreign memory.
 *
 * Libraries are embedded in the executable and reach the dynamic linker through anonymous memory files, so
 * nothing is written to disk. Symbols are looked up as plain addresses and become callable when first used:
 * declaring them as functions would have Deno compile a trampoline for each, used or not (0.2 ms apiece at
 * every pod start).
 *
 * @module
 */
import { errnoName } from "./errno.ts";
import { symbols as libcSymbols } from "./libc.ts";

/** A library's functions by name: parameters and result as data. */
export type Symbols = Readonly<Record<string, Deno.ForeignFunction>>;
/** The same, callable. */
export type Bound<S extends Symbols> = { readonly [K in keyof S]: Deno.UnsafeFnPointer<S[K]>["call"] };
/** An address that is known not to be NULL. */
export type Pointer = Deno.PointerObject;

/** A native call that failed: which one, why, and what the library printed about it. */
export class NativeError extends Error {
  override readonly name = "NativeError";
  /**
   * @param call What was being called, with its subject, for example `bpf_map__pin "/sys/fs/bpf/x"`.
   * @param code The errno, positive; libbpf adds codes of its own from 4000 on.
   * @param log The lines that libbpf or the verifier printed meanwhile.
   */
  constructor(readonly call: string, readonly code: number, readonly log = "") {
    super(`Cannot ${call}: ${errnoName(code)}${log === "" ? "" : ` (${log})`}`);
  }
}

/**
 * Opens a shared library.
 *
 * @param path A path or soname that dlopen(3) understands.
 * @throws {Error} If the library or one of the symbols is missing.
 */
export function openLibrary<S extends Symbols>(path: string, symbols: S): Bound<S> {
  const statics: Record<string, { type: "pointer" }> = {};
  for (const name of Object.keys(symbols)) statics[name] = { type: "pointer" };
  const addresses: Record<string, Deno.PointerValue> = Deno.dlopen(path, statics).symbols;
  const bound = {} as Bound<S>;
  for (const [name, definition] of Object.entries(symbols)) {
    const get = (): unknown => {
      const address = addresses[name];
      if (address === null || address === undefined) throw new Error(`Cannot find ${name} in "${path}"`);
      const callable = new Deno.UnsafeFnPointer(address as Deno.PointerObject<typeof definition>, definition);
      const call = (...parameters: Parameters<typeof callable.call>): unknown => callable.call(...parameters);
      Object.defineProperty(bound, name, { value: call });
      return call;
    };
    Object.defineProperty(bound, name, { get, configurable: true, enumerable: true });
  }
  return bound;
}

const encoder = new TextEncoder();
// U+FEFF at the beginning is part of a name.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A C string: UTF-8 with its terminating zero. A zero inside would cut it short, so it is refused. */
export function cstr(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new Error(`Cannot pass ${JSON.stringify(text)} to C: it holds a zero byte`);
  return encoder.encode(`${text}\0`);
}

/** The text of a C string in `bytes`, up to its zero. */
export function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The C library of the node. */
export const libc: Bound<typeof libcSymbols> = openLibrary("libc.so.6", libcSymbols);

// This thread's errno, mapped once: between a native return and this read nothing else runs on the thread.
let errnoCell: Int32Array | undefined;
function errno(): number {
  errnoCell ??= new Int32Array(view(notNull("__errno_location", libc.__errno_location()), 4));
  return errnoCell[0] ?? 0;
}

/** Memory that native code owns, valid as long as its owner keeps it. */
export function view(pointer: Pointer, bytes: number): ArrayBuffer {
  return Deno.UnsafePointerView.getArrayBuffer(pointer, bytes);
}

/** The address of `buffer`, for structs that hold pointers. The caller keeps it alive during the call. */
export function address(buffer: ArrayBufferView<ArrayBuffer>): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
}

/** For functions that return -1 and set errno. @throws {NativeError} */
export function checkErrno(call: string, result: number | bigint): number {
  if (result < 0) throw new NativeError(call, errno());
  return Number(result);
}

/** For functions that return -errno (libbpf). @throws {NativeError} */
export function checkNegative(call: string, result: number, log = ""): number {
  if (result < 0) throw new NativeError(call, -result, log);
  return result;
}

/** For functions that return NULL and set errno. @throws {NativeError} */
export function notNull(call: string, pointer: Deno.PointerValue, log = ""): Pointer {
  if (pointer === null) throw new NativeError(call, errno(), log);
  return pointer;
}

/** A function that native code calls back. Its owner closes it; until then the event loop stays alive. */
export function callback<const D extends Deno.UnsafeCallbackDefinition>(
  definition: D,
  run: Deno.UnsafeCallbackFunction<D["parameters"], D["result"]>,
): Deno.UnsafeCallback<D> {
  return new Deno.UnsafeCallback(definition, run);
}

const MFD_CLOEXEC = 1;

/**
 * Opens a library that is embedded in the executable.
 *
 * @param file Its name beside the bundle, for example `libbpf.so`.
 * @param symbols The functions to offer.
 * @throws {NativeError} If no memory file can be made.
 */
export function embedded<S extends Symbols>(file: string, symbols: S): Bound<S> {
  const bytes = embeddedFile(file);
  const fd = checkErrno(`memfd_create "${file}"`, libc.memfd_create(cstr(file), MFD_CLOEXEC));
  for (let done = 0; done < bytes.length;) {
    const rest = bytes.subarray(done);
    done += checkErrno(`write "${file}"`, libc.write(fd, rest, BigInt(rest.length)));
  }
  // The descriptor is never closed: glibc remembers libraries by path, so a second library on the same
  // descriptor number would silently be the first one. The process's end closes it.
  return openLibrary(`/proc/self/fd/${fd}`, symbols);
}

/** A file that was embedded beside the bundle, or, when run from source, made by the build. */
export function embeddedFile(file: string): Uint8Array<ArrayBuffer> {
  const here = new URL(`./${file}`, import.meta.url);
  const bundled = !import.meta.url.endsWith("/ffi/native.ts");
  return Deno.readFileSync(bundled ? here : new URL(`../build/${file}`, import.meta.url));
}
