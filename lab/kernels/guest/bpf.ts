/**
 * Programs that are not natra's, loaded and attached as their owners would: through libbpf, because the
 * guests' own tools are as old as their kernels and know nothing of tcx.
 */
import { Errno } from "../../../ffi/errno.ts";
import { checkNegative, cstr, NativeError, notNull, type Pointer } from "../../../ffi/native.ts";
import { mapValue } from "../../../src/ebpf/info.ts";
import { TcxHook } from "../../../src/ebpf/features.ts";
import { libbpf, takeLog } from "../../../src/ebpf/libbpf.ts";

/** A hook of an interface, in the namespace that this thread is in. */
export interface Hook {
  readonly ifindex: number;
  readonly point: "ingress" | "egress";
}

/**
 * How a program is attached: at either end of a tcx hook, or as a clsact filter with a handle. All at priority 1,
 * as AWS does.
 */
export type How = { readonly tcx: "head" | "tail" } | { readonly clsact: number };

const BPF_F_BEFORE = 8;
const TC_POINT = { ingress: 1, egress: 2 } as const;
const PRIORITY = 1;

/** An object of the tests with one program of it loaded. */
export class Program implements Disposable {
  private constructor(readonly name: string, readonly object: Pointer) {}

  /**
   * Loads one program of an object, and none of its others.
   *
   * @param path the object
   * @param name the program
   * @param all names of all of the object's programs
   * @param point for which hook
   * @throws {NativeError} with the verifier's words, if the kernel refuses it
   */
  static load(
    path: string,
    name: string,
    all: readonly string[] = [name],
    point: Hook["point"] = "egress",
  ): Program {
    const elf = Deno.readFileSync(path);
    const opened = libbpf().bpf_object__open_mem(elf, BigInt(elf.length), null);
    using undo = new DisposableStack();
    const program = undo.use(new Program(name, notNull(`open "${path}"`, opened, takeLog())));
    for (const other of all) {
      checkNegative(
        `prepare ${other}`,
        libbpf().bpf_program__set_autoload(program.#find(other), other === name),
      );
    }
    libbpf().bpf_program__set_expected_attach_type(program.#find(name), TcxHook[point]);
    checkNegative(`load ${name}`, libbpf().bpf_object__load(program.object), takeLog());
    undo.move();
    return program;
  }

  [Symbol.dispose](): void {
    libbpf().bpf_object__close(this.object);
  }

  #find(name: string): Pointer {
    return notNull(`find ${name}`, libbpf().bpf_object__find_program_by_name(this.object, cstr(name)));
  }

  /**
   * Reads the only value of a map that has one.
   *
   * @param map its name
   * @returns the value as a number
   */
  value(map: string): bigint {
    const found = notNull(`find ${map}`, libbpf().bpf_object__find_map_by_name(this.object, cstr(map)));
    return mapValue(libbpf().bpf_map__fd(found), new Uint8Array(4), 8)?.getBigUint64(0, true) ?? 0n;
  }

  /**
   * Attaches it.
   *
   * @param hook where
   * @param how in which way
   * @returns the attachment; disposing of it undoes it
   * @throws {NativeError} if the kernel refuses
   */
  attach(hook: Hook, how: How): Disposable {
    if ("clsact" in how) return attachFilter(this.#fd(), hook, how.clsact);
    const opts = new DataView(new ArrayBuffer(32)); // struct bpf_tcx_opts: sz, flags, …
    opts.setBigUint64(0, 32n, true);
    opts.setUint32(8, how.tcx === "head" ? BPF_F_BEFORE : 0, true);
    const program = this.#find(this.name);
    const attached = libbpf().bpf_program__attach_tcx(program, hook.ifindex, new Uint8Array(opts.buffer));
    const link = notNull(`attach ${this.name} to interface ${hook.ifindex}`, attached, takeLog());
    return { [Symbol.dispose]: () => void libbpf().bpf_link__destroy(link) };
  }

  #fd(): number {
    return checkNegative(`use ${this.name}`, libbpf().bpf_program__fd(this.#find(this.name)));
  }
}

function attachFilter(fd: number, { ifindex, point }: Hook, handle: number): Disposable {
  const hook = new DataView(new ArrayBuffer(24)); // struct bpf_tc_hook: sz, ifindex, attach_point, parent
  hook.setBigUint64(0, 24n, true);
  hook.setInt32(8, ifindex, true);
  hook.setUint32(12, TC_POINT[point], true);
  const filter = (program: number): Uint8Array<ArrayBuffer> => {
    const opts = new DataView(new ArrayBuffer(32)); // struct bpf_tc_opts: sz, prog_fd, flags, prog_id, handle, priority
    opts.setBigUint64(0, 32n, true);
    opts.setInt32(8, program, true);
    opts.setUint32(20, handle, true);
    opts.setUint32(24, PRIORITY, true);
    return new Uint8Array(opts.buffer);
  };
  const at = new Uint8Array(hook.buffer);
  const created = libbpf().bpf_tc_hook_create(at);
  if (created < 0 && created !== -Errno.EEXIST) throw new NativeError(`add clsact to ${ifindex}`, -created);
  checkNegative(`attach a filter to ${ifindex}`, libbpf().bpf_tc_attach(at, filter(fd)), takeLog());
  return { [Symbol.dispose]: () => void libbpf().bpf_tc_detach(at, filter(0)) };
}
