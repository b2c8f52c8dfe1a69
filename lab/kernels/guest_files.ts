/**
 * What a guest needs: natra, the checks as one executable, and the rig's programs, none of which depends on
 * the guest's release.
 */
import { context } from "../../scripts/build/context.ts";
import { run } from "../../scripts/build/run.ts";
import { compile, objectName } from "../../tests/bpf/compile.ts";
import { compileForGuest, rigForGuest } from "../vm/guest_program.ts";

/** Files for a guest. */
export interface GuestFiles {
  /** A directory whose contents the guest finds in /w. */
  readonly directory: string;
  /** How many seconds the meter can hold. */
  readonly meterSeconds: number;
}

const EMBEDDED = ["natra.bpf.o", "libbpf.so", "libbpf-tests.so"];
/** What the BPF tests compile when they run elsewhere. */
const TEST_SOURCES = ["clocked", "refused", "tagged"].map((name) => `tests/bpf/${name}.bpf.c`);
const OBJECTS = ["counter", "features"];
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

  const tools = await rigForGuest(here, directory);
  for (const name of OBJECTS) {
    await run(here, [
      ...["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall"],
      `-I/usr/include/${Deno.build.arch}-linux-gnu`, // asm/types.h: clang for BPF does not look there
      ...["-c", `lab/kernels/${name}.bpf.c`, "-o", `${directory}/${name}.o`],
    ]);
  }

  for (const name of EMBEDDED) await Deno.copyFile(`${here.build}/${name}`, `${bundle}/${name}`);
  for (const source of TEST_SOURCES) {
    await Deno.writeFile(`${bundle}/${objectName(source)}`, compile(source));
  }
  await compileForGuest(here, {
    script: "lab/kernels/guest/main.ts",
    bundle,
    included: [...EMBEDDED, ...TEST_SOURCES.map(objectName)],
    output: `${directory}/checks`,
  });
  await Deno.copyFile(`${here.build}/natra`, `${directory}/natra`);
  return { directory, meterSeconds: tools.meterSeconds };
}
