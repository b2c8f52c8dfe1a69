/** What a guest needs: natra, the checks as one executable, and the rig's programs, none of which depends on the guest's release. */
import { context } from "../../scripts/build/context.ts";
import { run } from "../../scripts/build/run.ts";
import { compile, objectName } from "../bpf/compile.ts";
import { prepareTools } from "../rig/tools.ts";

/** Files for a guest. */
export interface GuestFiles {
  /** A directory whose contents the guest finds in /w. */
  readonly directory: string;
  /** How many seconds the meter can hold. */
  readonly meterSeconds: number;
}

const EMBEDDED = ["natra.bpf.o", "libbpf.so", "libbpf-tests.so", "libmnl.so"];
/** What the BPF tests compile when they run elsewhere. */
const TEST_SOURCES = ["clocked", "refused", "tagged"].map((name) => `tests/bpf/${name}.bpf.c`);
const OBJECTS = ["counter", "features"];
const COMPILE_FLAGS =
  "--quiet --no-check --no-config --no-lock --no-remote --no-npm --no-code-cache --allow-all";

/**
 * Compiles everything; what the rig has already is not compiled again.
 *
 * @returns where it is
 * @throws {Error} if natra is not built, or a compiler fails
 */
export async function prepareGuestFiles(): Promise<GuestFiles> {
  const here = context(false);
  const work = `${here.build}/kernels`;
  const bundle = `${work}/bundle`;
  const directory = `${work}/guest`;
  for (const made of [bundle, directory]) await Deno.mkdir(made, { recursive: true });

  const zig = `${here.cache}/zig-${here.pins["ZIG_VERSION"]}/ziglang/zig`;
  const cc = [zig, "cc", "-target", `${Deno.build.arch}-linux-musl`];
  const tools = await prepareTools({ directory: `${here.build}/rig-static`, static: true, cc });
  await Deno.copyFile(tools.requests, `${directory}/requests`);
  await Deno.copyFile(tools.meter, `${directory}/meter.o`);
  for (const name of OBJECTS) {
    await run(here, [
      ...["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall"],
      `-I/usr/include/${Deno.build.arch}-linux-gnu`, // asm/types.h: clang for BPF does not look there
      ...["-c", `tests/kernels/${name}.bpf.c`, "-o", `${directory}/${name}.o`],
    ]);
  }

  const deno = Deno.execPath();
  await run(here, [
    deno,
    "bundle",
    "--quiet",
    "--output",
    `${bundle}/main.js`,
    "tests/kernels/guest/main.ts",
  ]);
  for (const name of EMBEDDED) await Deno.copyFile(`${here.build}/${name}`, `${bundle}/${name}`);
  for (const source of TEST_SOURCES) {
    await Deno.writeFile(`${bundle}/${objectName(source)}`, compile(source));
  }
  const included = [...EMBEDDED, ...TEST_SOURCES.map(objectName)].flatMap((
    name,
  ) => ["--include", `${bundle}/${name}`]);
  const output = ["--output", `${directory}/checks`, `${bundle}/main.js`];
  const runtime = `${here.cache}/denort-${here.pins["DENO_VERSION"]}/denort`;
  const env = await exists(runtime) ? { env: { DENORT_BIN: runtime } } : {};
  await run(here, [deno, "compile", ...COMPILE_FLAGS.split(" "), ...included, ...output], env);
  await Deno.copyFile(`${here.build}/natra`, `${directory}/natra`);
  return { directory, meterSeconds: tools.meterSeconds };
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
