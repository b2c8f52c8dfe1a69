import { assertEquals, assertMatch } from "@std/assert";
import { MAX_PODS } from "./contract.ts";
import { HEADERS } from "../../agent/security_headers.ts";
import { isOwnHost } from "../../agent/host.ts";
import { PAGE_PATHS } from "./paths.ts";

Deno.test("the page's content security policy allows nothing inline and no other origin", () => {
  const policy = HEADERS["content-security-policy"] ?? "";
  assertMatch(policy, /^default-src 'none'; /);
  assertEquals(/unsafe|\*|https?:|data:|blob:/.test(policy), false);
});

Deno.test("the page itself has no inline script or style, and loads only what the agent serves", () => {
  const html = Deno.readTextFileSync(new URL("./page.html", import.meta.url));
  assertEquals(/<style|style=|\son[a-z]+=|javascript:/i.test(html), false);
  const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = ""]) => path);
  assertEquals(loaded.filter((path) => !PAGE_PATHS.includes(path)), []);
  assertEquals(/<script(?! type="module" src="\/page.js"><\/script>)/.test(html), false);
});

Deno.test("isOwnHost() accepts addresses, localhost and the machine's own name, and no other name", () => {
  const isOwn = (host: string): boolean =>
    isOwnHost(new URL(`http://${host}:9631/`).hostname, "Node-1.example");
  const own = [
    "127.0.0.1",
    "10.0.0.7",
    "[::1]",
    "[fd00::7]",
    "localhost",
    "node-1.example",
    "NODE-1.example",
  ];
  const others = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "node-1",
    "node-1.example.com",
  ];
  assertEquals(own.filter((host) => !isOwn(host)), []);
  assertEquals(others.filter(isOwn), []);
});

Deno.test("a request for the maximum number of pods fits into a request line", () => {
  const id = `${"f".repeat(64)}/eth0`;
  assertEquals(MAX_PODS * `pod=${encodeURIComponent(id)}&`.length < 8000, true);
});
