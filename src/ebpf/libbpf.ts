import { type Bound, callback, embedded, libc, type Pointer, text } from "../../ffi/native.ts";
import { symbols } from "../../ffi/libbpf.ts";

const LIBBPF_WARN = 0;
const LONGEST_LINE = 2048;
const MOST_LOG = 16384;

let bound: Bound<typeof symbols> | undefined;
let log = "";

/** libbpf, opened when first asked for: a pod without a limit never does. */
export function libbpf(): Bound<typeof symbols> {
  if (bound === undefined) {
    bound = embedded("libbpf.so", symbols);
    bound.libbpf_set_print(listener().pointer);
  }
  return bound;
}

/** What libbpf and the verifier said since the last call, for the error that it explains. */
export function takeLog(): string {
  const taken = log.trim();
  log = "";
  return taken;
}

/**
 * libbpf_print_fn_t. va_list is passed as a pointer on amd64 and arm64, which is all that vsnprintf needs.
 */
function listener(): { readonly pointer: Pointer } {
  const line = new Uint8Array(LONGEST_LINE);
  const print = callback(
    { parameters: ["i32", "pointer", "pointer"], result: "i32" },
    (level, format, values) => {
      if (level > LIBBPF_WARN) return 0;
      const length = libc.vsnprintf(line, BigInt(line.length), format, values);
      if (log.length < MOST_LOG) log += text(line);
      return length;
    },
  );
  print.unref(); // the process ends when its work does, not when libbpf has nothing more to say
  return print;
}
