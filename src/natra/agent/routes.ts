/** natra's HTTP routes. Their code is loaded at the first request. */
import type { Handler, Routes } from "../../agent/http.ts";
import { describeBuild } from "../../cli/version.ts";
import { PAGE_PATHS } from "../page/paths.ts";

/** The routes of the page. */
export function pageRoutes(): Routes {
  const { version } = describeBuild();
  let page: Promise<Readonly<Record<string, Handler>>> | undefined;
  const pageRoute = (path: string): [string, Handler] => [
    path,
    lazily(async () => {
      page ??= import("../page/routes.ts").then(({ pageRoutes }) => pageRoutes(version));
      const handler = (await page)[path];
      if (handler === undefined) throw new Error(`The page has no route "${path}"`);
      return handler;
    }),
  ];
  return Object.fromEntries(PAGE_PATHS.map(pageRoute));
}

/** A handler that is made at its first request. */
function lazily(load: () => Promise<Handler>): Handler {
  let handler: Promise<Handler> | undefined;
  return async (request, stop) => await (await (handler ??= load()))(request, stop);
}
