/** Compiles the tests' own BPF programs with the flags of the product's. */
import { bpfFlags } from "../../scripts/build/bpf.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Compiles one BPF source. Nothing is written to disk.
 *
 * @param source Its path in the repository, such as `tests/bpf/clocked.bpf.c`.
 * @param defines Macros to define, such as `{ WITHOUT: "sketch" }`.
 * @returns The ELF object.
 * @throws {Error} With the compiler's words, if it refuses.
 */
export function compile(
  source: string,
  defines: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const macros = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
  const args = [...bpfFlags(ROOT), ...macros, "-c", source, "-o", "-"];
  const clang = new Deno.Command("clang", { args, cwd: ROOT, stdin: "null" });
  const { success, stdout, stderr } = clang.outputSync();
  if (!success) throw new Error(`Cannot compile "${source}": ${new TextDecoder().decode(stderr).trim()}`);
  return new Uint8Array(stdout);
}
