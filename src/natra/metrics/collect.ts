/** All of natra's metrics. */
import { readAddCounts } from "../cni/outcomes.ts";
import type { Applied } from "../datapath/record.ts";
import { addAdds } from "./adds.ts";
import {
  addSeries,
  CONTENT_TYPE,
  type Family,
  formatLabels,
  formatPieces,
} from "../../metrics/exposition.ts";
import { families } from "./families.ts";
import { addPods } from "./pods.ts";

/** Which natra this is. */
export interface Build {
  readonly version: string;
  readonly commit: string;
  readonly deno: string;
}

/**
 * Reads everything.
 *
 * @param onFailure Is told of each pod that cannot be read, and why.
 * @throws {Error} If nothing can be read at all.
 */
export async function collect(
  { version, commit, deno }: Build,
  onFailure: (applied: Applied, error: unknown) => void,
): Promise<readonly Family[]> {
  const begun = performance.now();
  const all = families();
  addSeries(all.build, formatLabels({ version, commit, runtime: `deno ${deno}` }), 1);
  addAdds(all, readAddCounts());
  await addPods(all, onFailure);
  addSeries(all.collect, "", (performance.now() - begun) / 1000);
  return Object.values(all);
}

/**
 * The route `/metrics`. Who asks while everything is being read gets the same: two scrapes cost no more than one.
 *
 * @param onFailure Is told of each pod that cannot be read, and why.
 */
export function metricsRoute(
  build: Build,
  onFailure: (applied: Applied, error: unknown) => void,
): () => Promise<Response> {
  let reading: Promise<readonly Family[]> | null = null;
  return async () => {
    reading ??= collect(build, onFailure).finally(() => reading = null);
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
