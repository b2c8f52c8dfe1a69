/** `natra metrics`, and the agent's route /metrics: the metrics of every product. */
import type { Handler } from "../agent/http.ts";
import type { MetricsFailure, Product } from "../agent/product.ts";
import { describeError } from "../base/log/describe.ts";
import type { Logger } from "../base/log/log.ts";
import { quote } from "../base/log/quote.ts";
import type { Command } from "../cli/subcommand.ts";
import type { CommandOption, Options } from "../cli/options.ts";
import { print } from "../cli/output.ts";
import type { Family } from "../metrics/exposition.ts";
import { chosenProducts, type House, productsOption } from "./products.ts";

/** `natra metrics` */
export function metricsCommand(house: House): Command {
  return {
    ...HELP_TEXT,
    options: [TEXTFILE, productsOption(house)],
    run: (options) => metrics(options, house),
  };
}

const TEXTFILE: CommandOption = {
  name: "textfile",
  value: "PATH",
  complete: "files",
  about: `write to this file atomically instead, for node_exporter, whose textfile collector
reads every *.prom in its directory`,
};

const HELP_TEXT = {
  usage: "[--textfile PATH] [--products NAME,…]",
  about:
    `Prints the counters of every limited pod and the outcomes of ADDs in Prometheus' text format, as the agent
serves them at /metrics. Base units: bytes, seconds, bytes per second.`,
  notes:
    `A pod's counters start when it is limited, those of ADDs when the node starts. A pod whose runtime gave no
name is listed by its container's ID. docs/metrics.md describes every metric.
Exit code 1 if a pod could not be read; the others are printed all the same.`,
} as const;

async function metrics(options: Options, house: House): Promise<number> {
  const path = options.string("textfile");
  const { format } = await import("../metrics/exposition.ts");
  let failures = 0;
  const families = await collect(await chosenProducts(options, house), (what, error) => {
    failures++;
    const line = `natra: cannot read ${quote(what)}: ${describeError(error)}\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  });
  const text = format(families);
  if (path === undefined) print(text.trimEnd());
  else (await import("../metrics/textfile.ts")).writeTextfile(path, text);
  return failures === 0 ? 0 : 1;
}

async function collect(products: readonly Product[], onFailure: MetricsFailure): Promise<readonly Family[]> {
  const all = await Promise.all(products.map(({ metrics }) => metrics?.(onFailure) ?? []));
  return all.flat();
}

/** The route `/metrics`. Concurrent requests get the same answer, so two scrapes cost no more than one. */
export function metricsRoute(products: readonly Product[], logger: Logger): Handler {
  const onFailure: MetricsFailure = (what, error) =>
    logger.warn("cannot read metrics", { what, error: describeError(error) });
  let reading: Promise<readonly Family[]> | null = null;
  return async () => {
    const { CONTENT_TYPE, formatPieces } = await import("../metrics/exposition.ts");
    reading ??= collect(products, onFailure).finally(() => reading = null);
    const pieces = formatPieces(await reading);
    return new Response(ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()), {
      headers: {
        "content-type": CONTENT_TYPE,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      },
    });
  };
}
