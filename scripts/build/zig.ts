/** The C compiler for a glibc that is older than the machine's. */
import { type Context, pin } from "./context.ts";
import { oldestGlibc } from "./glibc.ts";
import { tool } from "./run.ts";

/** How to call it. */
export interface Compiler {
  /** The command, target included. */
  readonly cc: readonly string[];
  readonly env: Record<string, string>;
  /** Changes when the compiler does. */
  readonly fingerprint: string;
}

/** `zig cc` from the cache. */
export function oldGlibcCompiler(context: Context): Compiler {
  const zig = tool(`${context.cache}/zig-${pin(context, "ZIG_VERSION")}/ziglang/zig`);
  return {
    cc: [zig.path, "cc", "-target", `${Deno.build.arch}-linux-gnu.${oldestGlibc}`],
    env: {
      ZIG_GLOBAL_CACHE_DIR: `${context.cache}/zig-cache`,
      ZIG_LOCAL_CACHE_DIR: `${context.cache}/zig-cache`,
    },
    fingerprint: zig.fingerprint,
  };
}
