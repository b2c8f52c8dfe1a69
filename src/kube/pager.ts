/** Lists page by page, so that no more than one page is in memory whole. */
import type { KubeClient, ListOptions, Page } from "./client.ts";
import { isGone } from "./errors.ts";
import type { Resource } from "./resource.ts";

/** A list of this many pages never ends: the server is at fault. */
const MAX_PAGES = 100_000;
/** How often a list may begin again because the server forgot its next page. */
const MAX_RESTARTS = 3;

/** A list without `limit` is one page. */
export type PagerOptions = Omit<ListOptions, "continue">;

/**
 * All pages of a list, which are of one version.
 *
 * @throws {ApiError} If the server forgot the next page, see isGone(): what came so far is of a version that
 * cannot be completed.
 */
export async function* pagesOf<T>(
  client: KubeClient,
  resource: Resource<T>,
  options: PagerOptions,
  signal: AbortSignal,
): AsyncGenerator<Page<T>> {
  let page = await client.list(resource, options, signal);
  yield page;
  for (let count = 1; page.continue !== ""; count++) {
    if (count >= MAX_PAGES) throw new Error(`${resource.plural}: the list does not end`);
    page = await client.list(resource, { ...options, continue: page.continue }, signal);
    yield page;
  }
}

/** All objects of a list. It begins again if the server forgot a page. */
export async function listAll<T>(
  client: KubeClient,
  resource: Resource<T>,
  options: PagerOptions,
  signal: AbortSignal,
): Promise<Pick<Page<T>, "items" | "resourceVersion">> {
  for (let restarts = 0;; restarts++) {
    try {
      const items: T[] = [];
      let resourceVersion = "";
      for await (const page of pagesOf(client, resource, options, signal)) {
        for (const item of page.items) items.push(item);
        resourceVersion = page.resourceVersion;
      }
      return { items, resourceVersion };
    } catch (error) {
      if (!isGone(error) || restarts >= MAX_RESTARTS) throw error;
    }
  }
}
