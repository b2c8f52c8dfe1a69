/** Makes the image: `scripts/image.sh` calls this. */
import { parseArgs } from "@std/cli/parse-args";
import { context } from "../build/context.ts";
import { report } from "../build/run.ts";
import { makeImage } from "./image.ts";
import { type Compression, COMPRESSIONS } from "./layer.ts";

const HELP = `Usage: scripts/image.sh [options]

Makes an OCI image of natra from its executable and a few files of Debian's packages:
  natra.tar        an OCI layout: ctr -n k8s.io images import natra.tar
  natra.cdx.json   its bill of materials: CycloneDX

Options:
  --natra FILE        the executable; default: build/natra
  --output DIR        where the two files go; default: build/image
  --name NAME         the image's name; default: localhost/natra:VERSION
  --compression KIND  gzip (the default), or zstd: a quarter smaller, for containerd from 1.5 on
  --debs DIR          take Debian's packages from there instead of a mirror
  --help              this text

The same executable, packages and SOURCE_DATE_EPOCH (default: the commit's time) give the same digest.`;

const args: Record<string, unknown> & { _: (string | number)[] } = parseArgs(Deno.args, {
  string: ["natra", "output", "name", "compression", "debs"],
  boolean: ["help"],
  unknown: (option: string) => fail(`Unknown option "${option}": --help lists them`),
});
if (args.help === true) {
  report(HELP);
  Deno.exit(0);
}

const here = context(false);
try {
  const image = await makeImage(here, {
    natra: value("natra") ?? `${here.build}/natra`,
    output: value("output") ?? `${here.build}/image`,
    name: value("name"),
    compression: compression(value("compression") ?? "gzip"),
    debs: value("debs"),
    epoch: epoch(Deno.env.get("SOURCE_DATE_EPOCH") ?? "0"),
  });
  report(`${image.archive}\n${image.sbom}`);
  report(`${image.name} ${image.digest}, ${(image.compressedBytes / 1e6).toFixed(1)} MB compressed`);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function value(name: string): string | undefined {
  const given = args[name];
  if (given === undefined) return undefined;
  return typeof given === "string" && given !== "" ? given : fail(`Option --${name} needs one value`);
}

function compression(kind: string): Compression {
  return COMPRESSIONS.find((known) => known === kind) ??
    fail(`Unknown compression "${kind}": it must be one of ${COMPRESSIONS.join(", ")}`);
}

function epoch(text: string): number {
  return /^\d{1,10}$/.test(text)
    ? Number(text)
    : fail(`SOURCE_DATE_EPOCH is "${text}", which is not a number of seconds`);
}

function fail(message: string): never {
  Deno.stderr.writeSync(new TextEncoder().encode(`image: ${message}\n`));
  Deno.exit(1);
}
