/** The page's own files, which the build puts into one file inside the executable. */

/** A file as it is sent. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

/** The files by their path, for example `/page.js`. @throws {Error} If the build has not made them. */
export function readAssets(): Readonly<Record<string, Asset>> {
  const bundled = !import.meta.url.endsWith("/src/natra/page/assets.ts");
  const file = new URL(bundled ? "./page.json" : "../../../build/page.json", import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file)) as Record<string, Asset>;
}
