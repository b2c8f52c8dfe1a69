/** The agent's page in a real Chromium, of a real pod with real traffic. */
import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { HEADERS } from "../../src/agent/security_headers.ts";
import { pinsOf } from "../rig/observed.ts";
import { NATRA } from "../rig/scene.ts";
import { Elephant } from "../rig/elephant.ts";
import { pause } from "../rig/interruption.ts";
import { run } from "../rig/run.ts";
import { ADDRESS, Visit } from "./visit.ts";

/** The browser's driver keeps what it opened until the process ends. */
const BROWSER = { sanitizeOps: false, sanitizeResources: false };

/** The pixels of the first chart that are neither empty nor grey: what was drawn of traffic. */
const COLOURED = `(() => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, a] = data.subarray(i, i + 4);
    if (a > 0 && Math.max(r, g, b) - Math.min(r, g, b) > 24) count++;
  }
  return count;
})()`;
/** The colour of the first thing that is drawn in the first chart; empty before. */
const LINE = `(() => {
  const canvas = document.querySelector("canvas");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const first = data.findIndex((_, i) => i % 4 === 3 && data[i] === 255);
  return first < 0 ? "" : data.slice(first - 3, first).join();
})()`;
const GROUND = "getComputedStyle(document.body).backgroundColor";
const FOCUS = "document.activeElement.id || document.activeElement.getAttribute('aria-label')";

Deno.test(
  "the page draws live what passes, names the heavy flow, and asks nobody but the agent",
  BROWSER,
  async () => {
    await using visit = await Visit.create("web-1");
    const { page, scene } = visit;
    assertEquals(await visit.text("article h2"), "shop/web-1");
    await visit.until(`document.querySelector(".now strong").textContent !== "–"`);
    const idle = await page.evaluate<number>(COLOURED);
    {
      await using _elephant = await Elephant.start(scene.pod, { direction: "ingress" }, 0, 0, 60);
      await visit.until(
        `/^(9|10)(\\.\\d+)? Mbit/.test(document.querySelector(".now strong").textContent)`,
      );
      await visit.until(`/5201/.test(document.querySelector("td")?.textContent)`);
      assertMatch(
        await visit.text("td"),
        new RegExp(`^tcp ${scene.pod.addresses.client.v4}:\\d+ → ${scene.pod.addresses.pod.v4}:5201$`),
      );
      await pause(2000);
      assertGreater(await page.evaluate<number>(COLOURED), idle + 100);
      assertMatch(
        await page.getAttribute(".chart", "aria-label") ?? "",
        /^Ingress.*Mbit\/s, \d+ % of 10 Mbit\/s$/,
      );
    }
    await visit.until(`/No flow/.test(document.querySelector("caption").textContent)`);
    assertEquals(visit.requests.filter((url) => !url.startsWith(`${ADDRESS}/`)), []);
    assertEquals(visit.complaints, []);
  },
);

/** Markup, an entity, quotes, and a mark that turns the writing direction. */
const HOSTILE = `<b>bold</b><script>alert(1)</script><img src/onerror>&lt"'\u202e`;

Deno.test("a hostile name is shown as it is, and is no markup", BROWSER, async () => {
  await using visit = await Visit.create(HOSTILE);
  assertEquals(await visit.text("article h2"), `shop/${HOSTILE.replace("\u202e", "\\u202e")}`);
  assertEquals(
    await visit.page.evaluate(`document.querySelectorAll("main img, main b, main script").length`),
    0,
  );
  assertEquals(visit.complaints, []);
});

Deno.test("a pod that is no longer limited is marked, and comes first", BROWSER, async () => {
  await using visit = await Visit.create("web-1");
  await run(["rm", "-r", pinsOf(visit.scene)]);
  await visit.until(`/1 of them no longer limited/.test(document.querySelector("#summary").textContent)`);
  await visit.until(`document.querySelector(".now .gone")?.textContent === "not limited"`);
});

Deno.test("everything is reached by keyboard: filter, order, pods, hold", BROWSER, async () => {
  await using visit = await Visit.create("web-1");
  const { page } = visit;
  await page.keyboard.press("j");
  assertEquals(await page.evaluate(FOCUS), "shop/web-1");
  await page.keyboard.press("/");
  assertEquals(await page.evaluate(FOCUS), "filter");
  await page.keyboard.type("nobody");
  assertMatch(await visit.text("main"), /No pod's name contains that/);
  assertMatch(await visit.text("#summary"), /^0 of 1/);
  for (const _ of "nobody") await page.keyboard.press("Backspace");
  await page.keyboard.type("WEB");
  assertEquals(await visit.text("article h2"), "shop/web-1");
  await page.keyboard.press("Escape");
  await page.keyboard.press("o");
  assertEquals(await page.evaluate(FOCUS), "order");
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate(FOCUS), "hold");
  await page.keyboard.press("Enter");
  assertEquals(await page.getAttribute("#hold", "aria-pressed"), "true");
  await pause(1500); // a round that had begun
  const asked = visit.requests.length;
  await pause(2500);
  assertEquals(visit.requests.length, asked, "it still asks while it is held");
  await page.keyboard.press("h");
  await page.waitForRequest(/\/api\/live/);
  assertEquals(visit.complaints, []);
});

Deno.test("it is light or dark as the reader's system is, and its charts with it", BROWSER, async () => {
  await using visit = await Visit.create("web-1");
  const { page } = visit;
  await page.waitForSelector("canvas");
  await visit.until(LINE);
  const light = await page.evaluate<string>(LINE);
  assertEquals(await page.evaluate(GROUND), "rgb(246, 247, 249)");
  await page.emulateMedia({ colorScheme: "dark" });
  await visit.until(`${GROUND} === "rgb(18, 21, 26)"`);
  await visit.until(`${LINE} && ${LINE} !== "${light}"`);
  assertEquals(visit.complaints, []);
});

Deno.test("an agent that is gone is said, and one that is back ends it", BROWSER, async () => {
  await using visit = await Visit.create("web-1");
  const { page } = visit;
  await page.waitForSelector("#trouble", { state: "hidden" });
  await visit.stopAgent();
  await page.waitForSelector("#trouble", { state: "visible" });
  assertMatch(await visit.text("#trouble"), /^natra's agent has not answered for \d+ s/);
  await visit.startAgent();
  await page.waitForSelector("#trouble", { state: "hidden" });
});

Deno.test(
  "the page's answers forbid what it does not need, and refuse what it never asks",
  BROWSER,
  async () => {
    await using visit = await Visit.create("web-1");
    const curl = async (path: string, ...args: string[]): Promise<string> =>
      await visit.scene.pod.node.run(["curl", "-sS", "-i", ...args, `${ADDRESS}${path}`]);
    for (const path of ["/", "/page.js", "/page.css", "/icon.svg", "/api/pods", "/api/live"]) {
      const answer = await curl(path);
      assertMatch(answer, /^HTTP\/1.1 200 /);
      for (const [name, value] of Object.entries(HEADERS)) {
        assertEquals(answer.includes(`\r\n${name}: ${value}\r\n`), true, `${path}: ${name}`);
      }
    }
    assertMatch(await curl("/", "-H", "Host: evil.example"), /^HTTP\/1.1 421 /);
    assertMatch(await curl("/api/pods", "-X", "POST"), /^HTTP\/1.1 405 /);
    assertMatch(
      await curl(`/api/live?${"pod=x&".repeat(51)}`),
      /^HTTP\/1.1 400 [^]*at most 50 pods per request, not 51/,
    );
    assertMatch(await curl("/api/live?pod=../../etc/passwd"), /\r\n\r\n\{"pods":\[\]\}$/);
  },
);

Deno.test(
  "where it listens for others, too, it is still shown under its own names alone",
  BROWSER,
  async () => {
    await using visit = await Visit.create("web-1");
    const { node } = visit.scene.pod;
    await using _agent = await node.startServer([NATRA, "agent", "--listen", "0.0.0.0:9632"], 9632);
    const status = async (url: string, host: string): Promise<string> =>
      await node.run(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Host: ${host}`, url]);
    const url = "http://10.200.2.1:9632";
    for (const path of ["/", "/api/pods"]) {
      assertEquals(await status(url + path, "10.200.2.1:9632"), "200");
      assertEquals(await status(url + path, "evil.example"), "421");
    }
    assertEquals(await status(`${url}/metrics`, "natra.kube-system.svc"), "200");
  },
);
