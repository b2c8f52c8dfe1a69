import { assertEquals, assertMatch } from "@std/assert";
import { MOST_PODS } from "./contract.ts";
import { HEADERS } from "./headers.ts";
import { PAGE_PATHS } from "./paths.ts";

Deno.test("the page's content security policy allows nothing inline and nobody else", () => {
  const policy = HEADERS["content-security-policy"] ?? "";
  assertMatch(policy, /^default-src 'none'; /);
  assertEquals(/unsafe|\*|https?:|data:|blob:/.test(policy), false);
});

Deno.test("the page itself has no inline script or style, and loads what the agent serves alone", () => {
  const html = Deno.readTextFileSync(new URL("./page.html", import.meta.url));
  assertEquals(/<style|style=|\son[a-z]+=|javascript:/i.test(html), false);
  const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = ""]) => path);
  assertEquals(loaded.filter((path) => !PAGE_PATHS.includes(path)), []);
  assertEquals(/<script(?! type="module" src="\/page.js"><\/script>)/.test(html), false);
});

Deno.test("a question about as many pods as may be asked for fits into a request line", () => {
  const id = `${"f".repeat(64)}/eth0`;
  assertEquals(MOST_PODS * `pod=${encodeURIComponent(id)}&`.length < 8000, true);
});
