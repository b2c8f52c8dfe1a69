/** The page's routes. Nothing is sampled unless a page that is open and visible asks for it. */
import { nodeName } from "../../kernel/version.ts";
import { type Asset, readAssets } from "./assets.ts";
import { MAX_PODS } from "./contract.ts";
import { HEADERS } from "../../agent/security_headers.ts";
import { isOwnHost } from "../../agent/host.ts";
import { ASSET_PATHS } from "./paths.ts";
import { readLive, readPods } from "./read.ts";

/** Answers one path. */
export type Answer = (request: Request) => Response;

/** The routes, by path. @param version natra's version, which the page shows. */
export function pageRoutes(version: string): Readonly<Record<string, Answer>> {
  const assets = readAssets();
  const routes: Record<string, Answer> = {
    ...Object.fromEntries(ASSET_PATHS.map((path) => [path, () => send(assets[path])])),
    "/api/pods": () => json(readPods(version)),
    "/api/live": (request) => {
      const ids = new URL(request.url).searchParams.getAll("pod");
      if (ids.length > MAX_PODS) {
        return json({ error: `at most ${MAX_PODS} pods per request, not ${ids.length}` }, 400);
      }
      return json(readLive(new Set(ids)));
    },
  };
  const own = nodeName();
  return Object.fromEntries(
    Object.entries(routes).map(([path, answer]) => [
      path,
      (request) => isOwnHost(new URL(request.url).hostname, own) ? answer(request) : misdirected(),
    ]),
  );
}

function misdirected(): Response {
  const text = "The page is served only under the node's address or its own name.\n";
  return new Response(text, {
    status: 421,
    headers: { ...HEADERS, "content-type": "text/plain; charset=utf-8" },
  });
}

function send(asset: Asset | undefined): Response {
  if (asset === undefined) return new Response("not found\n", { status: 404, headers: HEADERS });
  return new Response(asset.body, { headers: { ...HEADERS, "content-type": asset.type } });
}

function json(value: unknown, status = 200): Response {
  const headers = { ...HEADERS, "content-type": "application/json; charset=utf-8" };
  return new Response(JSON.stringify(value), { status, headers });
}
