/** All of natra's metrics, as text. */
import { readAddCounts } from "../cni/outcomes.ts";
import type { Applied } from "../datapath/applied.ts";
import { addAdds } from "./adds.ts";
import { addSeries, CONTENT_TYPE, format, formatLabels } from "./exposition.ts";
import { families } from "./families.ts";
import { addPods } from "./pods.ts";

/** Which natra this is. */
export interface Build {
  readonly version: string;
  readonly commit: string;
  readonly deno: string;
}

/**
 * Reads everything, and writes it in Prometheus' text format.
 *
 * @param onFailure Is told of each pod that cannot be read, and why.
 * @throws {Error} If nothing can be read at all.
 */
export async function collect(
  { version, commit, deno }: Build,
  onFailure: (applied: Applied, error: unknown) => void,
): Promise<string> {
  const begun = performance.now();
  const all = families();
  addSeries(all.build, formatLabels({ version, commit, runtime: `deno ${deno}` }), 1);
  addAdds(all, readAddCounts());
  await addPods(all, onFailure);
  addSeries(all.collect, "", (performance.now() - begun) / 1000);
  return format(Object.values(all));
}

/**
 * The route `/metrics`. Who asks while another is being answered gets the same answer: two scrapes cost no more than one.
 *
 * @param onFailure Is told of each pod that cannot be read, and why.
 */
export function metricsRoute(
  build: Build,
  onFailure: (applied: Applied, error: unknown) => void,
): () => Promise<Response> {
  let running: Promise<string> | null = null;
  return async () => {
    running ??= collect(build, onFailure).finally(() => running = null);
    return new Response(await running, {
      headers: {
        "content-type": CONTENT_TYPE,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
      },
    });
  };
}
