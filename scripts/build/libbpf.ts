/**
 * libbpf with libelf and zlib inside, as one library that needs only an old libc: build/libbpf.so, and
 * build/libbpf-tests.so with what only the tests call.
 */
import { symbols } from "../../ffi/libbpf.ts";
import { symbols as testSymbols } from "../../tests/bpf/libbpf_symbols.ts";
import { type Context, pin } from "./context.ts";
import { requireOldGlibc } from "./glibc.ts";
import { run } from "./run.ts";
import { filesBelow } from "./stamp.ts";
import { oldGlibcCompiler } from "./zig.ts";
import type { Step } from "./step.ts";

/** Sources that are compiled with the same flags. */
interface Group {
  readonly name: string;
  readonly flags: readonly string[];
  readonly sources: readonly string[];
}

/** -w: warnings in released code of other projects are not ours to fix. */
const commonFlags =
  "-Os -fPIC -std=gnu11 -fvisibility=hidden -ffunction-sections -fdata-sections -D_GNU_SOURCE -w".split(" ");

/** The part of zlib that libelf and libbpf's kconfig reader call. */
const zlibSources =
  "adler32 compress crc32 deflate gzclose gzlib gzread gzwrite inffast inflate inftrees trees uncompr zutil";

/**
 * The steps, in order. Compiling takes seconds and depends on the pinned sources; linking is quick and
 * depends on the symbols that are called.
 */
export function libbpfSteps(context: Context): Step[] {
  const { cc, env, fingerprint } = oldGlibcCompiler(context);
  const groups = sourceGroups(context);
  const objectDir = `${context.build}/obj`;
  const jobs = groups.flatMap(({ name, flags, sources }) =>
    sources.map((source) => ({ flags, source, object: `${objectDir}/${name}/${basename(source)}.o` }))
  );
  const objects = jobs.map(({ object }) => object);
  const linked = (name: string, names: readonly string[]): Step => {
    const library = `${context.build}/${name}.so`;
    const versionScript = `${objectDir}/${name}.map`;
    const command = [...cc, ...linkFlags(`${name}.so`, versionScript), "-o", library, ...objects];
    return {
      name: `${name}.so`,
      outputs: [library],
      inputs: () => [
        ...objects.map((file) => ({ file })),
        { value: [fingerprint, ...command, exportsOnly(names)].join("\n") },
      ],
      run: async () => {
        await Deno.writeTextFile(versionScript, exportsOnly(names));
        await run(context, command, { env });
        await requireOldGlibc(context, library);
      },
    };
  };

  return [
    {
      name: "libbpf objects",
      outputs: objects,
      inputs: () => [
        { value: [pin(context, "LIBBPF_CRATE_SHA256"), fingerprint, ...cc, ...commonFlags].join("\n") },
        { value: jobs.map(({ flags, source, object }) => [...flags, source, object].join(" ")).join("\n") },
        { file: `${context.root}/third_party/elfutils/config.h` },
      ],
      run: async () => {
        for (const { name } of groups) await Deno.mkdir(`${objectDir}/${name}`, { recursive: true });
        await inParallel(jobs, async ({ flags, source, object }) => {
          await run(context, [...cc, ...commonFlags, ...flags, "-c", source, "-o", object], { env });
        });
        return `${jobs.length} files`;
      },
    },
    linked("libbpf", Object.keys(symbols)),
    linked("libbpf-tests", Object.keys(testSymbols)),
  ];
}

/**
 * Makes a linker version script that exports only these symbols. A name that the sources do not define fails
 * the link.
 */
export function exportsOnly(names: readonly string[]): string {
  return `{\n  global:\n${names.toSorted().map((name) => `    ${name};\n`).join("")}  local: *;\n};\n`;
}

/**
 * The flags of a library that binds all its symbols when it is loaded, and exports only those of the script.
 *
 * @param versionScript Path of the linker's version script.
 */
export function linkFlags(soname: string, versionScript: string): string[] {
  return [
    ..."-Os -shared -s -Wl,--gc-sections -Wl,-Bsymbolic -Wl,-z,now -Wl,-z,defs -Wl,--hash-style=gnu".split(
      " ",
    ),
    "-Wl,--no-undefined-version",
    `-Wl,--version-script=${versionScript}`,
    `-Wl,-soname,${soname}`,
  ];
}

function sourceGroups(context: Context): Group[] {
  const sources = `${context.cache}/libbpf-${pin(context, "LIBBPF_CRATE_VERSION")}`;
  const libbpf = `${sources}/libbpf`, elfutils = `${sources}/elfutils`, zlib = `${sources}/zlib`;
  const allOf = (directory: string) => filesBelow(directory, (path) => path.endsWith(".c"));
  const include = (...directories: string[]) => directories.map((directory) => `-I${directory}`);
  const groups = [{
    name: "libbpf",
    flags: [
      "-D_LARGEFILE64_SOURCE",
      "-D_FILE_OFFSET_BITS=64",
      ...include(`${libbpf}/src`, `${libbpf}/include`, `${libbpf}/include/uapi`, `${elfutils}/libelf`, zlib),
    ],
    sources: allOf(`${libbpf}/src`),
  }, {
    name: "libelf",
    flags: [
      "-DHAVE_CONFIG_H",
      ...include(`${context.root}/third_party/elfutils`, `${elfutils}/lib`, `${elfutils}/libelf`, zlib),
    ],
    sources: allOf(`${elfutils}/libelf`),
  }, {
    name: "zlib",
    flags: ["-include", "unistd.h"],
    sources: zlibSources.split(" ").map((name) => `${zlib}/${name}.c`),
  }];
  for (const { name, sources } of groups) {
    if (sources.length === 0) throw new Error(`Cannot find the sources of "${name}": run scripts/setup.sh`);
  }
  return groups;
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.c$/, "");
}

/** Works on as many items at a time as there are processors; the first failure ends it. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));
}
