/** Compiles the tests' own BPF programs with the flags of the product's. */
import { bpfFlags } from "../../scripts/build/bpf.ts";

/**
 * In a guest of lab/kernels these tests are part of an executable, and what they would compile lies beside
 * it.
 */
export const IN_GUEST = !import.meta.url.endsWith("/tests/bpf/compile.ts");
const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Compiles one BPF source. Nothing is written to disk.
 *
 * @param source Its path in the repository, such as `tests/bpf/clocked.bpf.c`.
 * @returns The ELF object.
 * @throws {Error} With the compiler's words, if it refuses.
 */
export function compile(source: string): Uint8Array<ArrayBuffer> {
  if (IN_GUEST) return Deno.readFileSync(new URL(`./${objectName(source)}`, import.meta.url));
  const args = [...bpfFlags(ROOT), "-c", source, "-o", "-"];
  const clang = new Deno.Command("clang", { args, cwd: ROOT, stdin: "null" });
  const { success, stdout, stderr } = clang.outputSync();
  if (!success) throw new Error(`Cannot compile "${source}": ${new TextDecoder().decode(stderr).trim()}`);
  return new Uint8Array(stdout);
}

/**
 * What a compiled source is called where no compiler is.
 *
 * @param source Its path in the repository.
 */
export function objectName(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1).replace(/\.c$/, ".o");
}
