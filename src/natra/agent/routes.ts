/** What the agent shows over HTTP, besides its health. It is loaded when somebody asks for it. */
import type { Handler, Routes } from "../../agent/http.ts";
import type { Applied } from "../datapath/record.ts";
import { describeError } from "../../base/log/describe.ts";
import type { Logger } from "../../base/log/log.ts";
import { PAGE_PATHS } from "../page/paths.ts";
import { describeBuild } from "../../cli/version.ts";

/** The routes for Prometheus and for the page. */
export function webRoutes(logger: Logger): Routes {
  const onFailure = ({ containerId, ifname, pod }: Applied, error: unknown): void =>
    logger.warn("pod cannot be read", { containerId, ifname, pod, error: describeError(error) });
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
  return {
    ...Object.fromEntries(PAGE_PATHS.map(pageRoute)),
    "/metrics": lazily(async () =>
      (await import("../metrics/collect.ts")).metricsRoute(describeBuild(), onFailure)
    ),
  };
}

/** A handler that is made at its first request. */
function lazily(load: () => Promise<Handler>): Handler {
  let handler: Promise<Handler> | undefined;
  return async (request, stop) => await (await (handler ??= load()))(request, stop);
}
