/** The embedded libraries load wherever the runtime does, and show nothing that natra does not call. */
import { assert, assertEquals } from "@std/assert";
import { symbols as libbpfSymbols } from "../../ffi/libbpf.ts";
import { symbols as libwatchdogSymbols } from "../../ffi/libwatchdog.ts";
import { context } from "../../scripts/build/context.ts";
import { compareVersions, newestGlibc, oldestGlibc } from "../../scripts/build/glibc.ts";
import { run, tool } from "../../scripts/build/run.ts";

const here = context(false);
const libraries = ["libbpf.so", "libwatchdog.so"].map((name) => ({
  name,
  path: `${here.build}/${name}`,
}));

/**
 * What every glibc system has: glibc's own parts, and the compiler's runtime, which Deno's runtime needs too.
 */
const everywhere =
  /^(libc\.so\.6|libgcc_s\.so\.1|libdl\.so\.2|libpthread\.so\.0|libm\.so\.6|ld-linux-x86-64\.so\.2)$/;

for (const { name, path } of libraries) {
  Deno.test(`${name} needs no newer glibc than the runtime`, async () => {
    const newest = await newestGlibc(here, path);
    assert(compareVersions(newest, "2.2.5") >= 0, `no glibc version found, got "${newest}"`);
    assert(compareVersions(newest, oldestGlibc) <= 0, `it needs glibc ${newest}`);
  });

  Deno.test(`${name} needs no other library than glibc's`, async () => {
    const dynamic = await run(here, [tool("llvm-readelf").path, "--dynamic-table", path]);
    const needed = [...dynamic.matchAll(/Shared library: \[([^\]]+)\]/g)].map(([, library = ""]) => library);
    assert(needed.length > 0);
    assertEquals(needed.filter((library) => !everywhere.test(library)), []);
  });
}

for (const [name, symbols] of [["libbpf", libbpfSymbols], ["libwatchdog", libwatchdogSymbols]] as const) {
  Deno.test(`${name}.so exports exactly what ffi/${name}.ts declares`, async () => {
    assertEquals(await exported(`${here.build}/${name}.so`), Object.keys(symbols).toSorted());
  });
}

/** The defined dynamic symbols, sorted, without their versions. */
async function exported(path: string): Promise<string[]> {
  const symbols = await run(here, [
    tool("llvm-nm").path,
    "--dynamic",
    "--defined-only",
    "--format=posix",
    path,
  ]);
  const names = symbols.trimEnd().split("\n").map((line) => line.split(" ")[0] ?? "");
  return names.map((name) => name.replace(/@.*$/, "")).toSorted();
}
