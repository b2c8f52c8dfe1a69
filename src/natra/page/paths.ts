/** Paths of the page's own files. */
export const ASSET_PATHS = ["/", "/page.js", "/page.css", "/icon.svg"] as const;
/** All paths of the page. */
export const PAGE_PATHS: readonly string[] = [...ASSET_PATHS, "/api/pods", "/api/live"];
