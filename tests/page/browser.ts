/** A real Chromium in a network namespace of the rig: it sees what is served there, and nothing else. */
import { type Browser, chromium } from "playwright-core";
import type { Namespace } from "../rig/namespace.ts";

const CHROMIUM = "/usr/bin/chromium";

/** A browser. Disposing of it ends it. */
export interface OwnBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/**
 * Starts a browser.
 *
 * @param namespace where it is
 * @param directory where a script may be written
 */
export async function startBrowser(namespace: Namespace, directory: string): Promise<OwnBrowser> {
  const wrapper = `${directory}/chromium`;
  const argv = namespace.enter([CHROMIUM]).map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(wrapper, `#!/bin/sh\nexec ${argv} "$@"\n`, { mode: 0o755 });
  const browser = await chromium.launch({
    executablePath: wrapper,
    // Root has no sandbox to itself; a small /dev/shm is not Chromium's to fill.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}
