/**
 * scripts/image.sh: the same image twice, small, with nothing in it that was not meant to be, and natra runs
 * in it.
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { context } from "../../scripts/build/context.ts";
import { LINKS, MOUNT_POINTS, NATRA, TAKEN, TEXTS } from "../../scripts/image/files.ts";
import { validator } from "../deploy/validator.ts";
import { outcomeOf, run } from "../rig/run.ts";
import { markSkipped } from "../rig/needs.ts";
import { unpack, type Unpacked } from "./unpacked.ts";

const { root: repository, build } = context(false);
const script = `${repository}/scripts/image.sh`;
const judge = await validator();
const unable = "missing" in judge ? ` ${markSkipped(judge.missing)}` : "";
const EPOCH = "1700000000";
/** What a node has to fetch at most, in bytes. */
const LARGEST = 45_000_000;

/** Two images, made at once under another umask and time zone, the second of a copy of the executable. */
async function twoImages(directory: string): Promise<void> {
  await Deno.mkdir(`${directory}/copy`);
  await Deno.copyFile(`${build}/natra`, `${directory}/copy/program`);
  await Deno.chmod(`${directory}/copy/program`, 0o700);
  const make = 'umask "$1"; export TZ="$2"; shift 2; exec "$@"';
  const env = { ...Deno.env.toObject(), SOURCE_DATE_EPOCH: EPOCH };
  await Promise.all([
    run(["sh", "-c", make, "sh", "022", "UTC", script, "--output", `${directory}/one`], { env }),
    run(
      [
        ...["sh", "-c", make, "sh", "077", "Asia/Kolkata", script, "--output", `${directory}/two`],
        ...["--natra", `${directory}/copy/program`],
      ],
      { env },
    ),
  ]);
}

/** Runs a program in an image's root, which is read-only, on its own, as in a container. */
async function inImage(root: string, env: Record<string, string>, argv: readonly string[]): Promise<string> {
  const container = `
    set -eu
    mount --bind "$1" "$1"
    mount -t proc proc "$1/proc"
    mount -o remount,bind,ro "$1"
    root=$1
    shift
    exec chroot "$root" "$@"
  `;
  return await run([
    "unshare",
    "--mount",
    "--pid",
    "--net",
    "--fork",
    "sh",
    "-c",
    container,
    "sh",
    root,
    ...argv,
  ], {
    env: { PATH: "/usr/bin:/usr/sbin:/bin:/sbin", ...env },
  });
}

/** Paths below a root with their type and mode, as find tells them. */
async function contents(root: string): Promise<Map<string, { kind: string; mode: number; owner: string }>> {
  const lines = await run(["find", root, "-mindepth", "1", "-printf", "%P %y %m %U:%G\\n"]);
  return new Map(
    lines.trimEnd().split("\n").map((line) => {
      const [path = "", kind = "", mode = "", owner = ""] = line.split(" ");
      return [path, { kind, mode: parseInt(mode, 8), owner }];
    }),
  );
}

async function checkContents({ root }: Unpacked): Promise<void> {
  const found = await contents(root);
  const wanted = [
    ...Object.values(TAKEN).flat(),
    ...Object.keys(TEXTS),
    ...Object.keys(LINKS),
    ...Object.keys(TAKEN).map((name) => `var/lib/dpkg/status.d/${name}`),
    NATRA,
  ];
  const files = [...found].filter(([, { kind }]) => kind !== "d").map(([path]) => path);
  assertEquals(files.toSorted(), wanted.toSorted());
  for (const path of MOUNT_POINTS) assertEquals(found.get(path)?.kind, "d", path);
  for (const [path, { kind, mode, owner }] of found) {
    assertMatch(kind, /^[dfl]$/, `${path} is neither directory, file nor link`);
    assertEquals(mode & 0o6000, 0, `${path} is SUID or SGID`);
    if (kind !== "l" && path !== "tmp") {
      assertEquals(mode & 0o022, 0, `${path} can be written by others than root`);
    }
    assertEquals(owner, "0:0", path);
  }
  assertEquals(found.get("tmp")?.mode, 0o1777);
  assertEquals(await Deno.readFile(`${root}/${NATRA}`), await Deno.readFile(`${build}/natra`));
}

function checkBill(bill: Bill, { name, manifest }: Unpacked): void {
  assertEquals([bill.bomFormat, bill.specVersion, bill.metadata.component.name], ["CycloneDX", "1.6", name]);
  assertEquals(bill.metadata.timestamp, "2023-11-14T22:13:20.000Z");
  const names = bill.components.map((component) => component.name);
  assertEquals(new Set(bill.components.map((component) => component["bom-ref"])).size, names.length);
  for (
    const inside of ["natra", "V8", "libbpf", "libelf", "zlib", "valibot", "libc6", "libgcc-s1"]
  ) {
    assert(names.includes(inside), `the bill lacks ${inside}`);
  }
  for (const component of bill.components) {
    assert(component.version !== "" && component.licenses.length > 0, component.name);
  }
  const refs = new Set(["image", ...bill.components.map((component) => component["bom-ref"])]);
  for (const { ref, dependsOn } of bill.dependencies) {
    for (const other of [ref, ...dependsOn]) {
      assert(refs.has(other), `the bill names "${other}", which it lacks`);
    }
  }
  assertGreater(manifest.layers.length, 0);
}

/** A CycloneDX document, as far as it is looked at. */
interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly timestamp: string; readonly component: { readonly name: string } };
  readonly components: readonly {
    readonly "bom-ref": string;
    readonly name: string;
    readonly version: string;
    readonly licenses: readonly unknown[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

Deno.test("scripts/image.sh", async (t) => {
  const directory = await Deno.makeTempDir({ prefix: "natra-image-" });
  try {
    await twoImages(directory);

    await t.step(
      "makes the same bytes twice, whatever the umask, the time zone and the file's name",
      async () => {
        for (const name of ["natra.tar", "natra.cdx.json"]) {
          const [one, two] = [`${directory}/one/${name}`, `${directory}/two/${name}`];
          assertEquals((await outcomeOf(["cmp", one, two])).stdout, "");
        }
        assertEquals([...Deno.readDirSync(`${directory}/one`)].map(({ name }) => name).toSorted(), [
          "natra.cdx.json",
          "natra.tar",
        ]);
      },
    );

    const image = await unpack(`${directory}/one/natra.tar`, `${directory}/unpacked`);
    await t.step("is small, and says what it is", async () => {
      const bytes = image.manifest.layers.reduce((sum, { size }) => sum + size, 0);
      assertLess(bytes, LARGEST);
      const { version } = JSON.parse(await Deno.readTextFile(`${repository}/deno.json`));
      assertEquals(image.name, `localhost/natra:${version}`);
      const { architecture, os, created, config } = image.config;
      assertEquals([architecture, os, created], ["amd64", "linux", "2023-11-14T22:13:20.000Z"]);
      assertEquals(config.Entrypoint, [`/${NATRA}`]);
    });
    await t.step("holds what its list says and nothing else, nothing of it SUID", () => checkContents(image));
    await t.step("has a bill of materials of all that", async () => {
      checkBill(JSON.parse(await Deno.readTextFile(`${directory}/one/natra.cdx.json`)), image);
    });
    await t.step(
      `which keeps to CycloneDX's schema${unable}`,
      async () => {
        if ("missing" in judge) return;
        const { code, stderr } = await judge.sbom(`${directory}/one/natra.cdx.json`);
        assertEquals([code, stderr], [0, ""]);
      },
    );
    await t.step("runs natra on a read-only root: the tool, the list of licences, the plugin", async () => {
      const identity = JSON.parse(await inImage(image.root, {}, [`/${NATRA}`, "version", "-o", "json"]));
      assertStringIncludes(image.name, identity.version);
      assertStringIncludes(await inImage(image.root, {}, [`/${NATRA}`, "version", "--licenses"]), "libelf");
      const answer = await inImage(image.root, { CNI_COMMAND: "VERSION" }, [`/${NATRA}`]);
      assert(JSON.parse(answer).supportedVersions.includes("1.1.0"));
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("scripts/image.sh says what it cannot use, by name", async () => {
  const env = Deno.env.toObject();
  for (
    const [args, said] of [
      [["--compression", "lz4"], '"lz4"'],
      [["--natra", "/none/natra"], "/none/natra"],
      [["--debs", "/none/debs"], "/none/debs"],
      [["--what"], '"--what"'],
    ] as const
  ) {
    const { code, stderr } = await outcomeOf([script, ...args], { env });
    assertEquals(code, 1);
    assertStringIncludes(stderr, said);
  }
  const { code, stderr } = await outcomeOf([script], { env: { ...env, SOURCE_DATE_EPOCH: "yesterday" } });
  assertEquals([code, stderr.includes('"yesterday"')], [1, true]);
});
