/**
 * The page: requests the limited pods and their counters from the agent, and draws them. It requests nothing
 * from other servers, and nothing while it is hidden.
 */
import "uplot/dist/uPlot.min.css";
import "./page.css";
import { type LiveAnswer, MAX_PODS, type PodInfo, type PodsAnswer } from "../contract.ts";
import { Busyness, isGone } from "./busy.ts";
import { Card, nameOf, shapeOf } from "./card.ts";
import { byId, make, setText } from "./dom.ts";
import { onKeys } from "./keys.ts";

const LIVE_MS = 1000;
/** Every this many rounds it requests the list of pods. */
const ROUNDS = 5;
/** How many pods are shown at first, and how many more with each "Show more". */
const PAGE_SIZE = 20;

const list = byId("pods", HTMLElement);
const filter = byId("filter", HTMLInputElement);
const order = byId("order", HTMLSelectElement);
const hold = byId("hold", HTMLButtonElement);
const more = byId("show-more", HTMLButtonElement);
const trouble = byId("trouble", HTMLElement);
const empty = make("p", "", "No pod is limited on this node.");

const cards = new Map<string, Card>();
const busyness = new Busyness();
let pods: readonly PodInfo[] = [];
let shown = PAGE_SIZE;
let answeredAt = Date.now();

const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) cardOf(target)?.setSeen(isIntersecting);
}, { rootMargin: "200px" });
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) cardOf(target)?.fit();
});

function cardOf(element: Element): Card | undefined {
  return [...cards.values()].find((card) => card.element === element);
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(path, { cache: "no-store", credentials: "omit" });
  if (!response.ok) throw new Error(`${path.split("?")[0]} answered ${response.status}`);
  return await response.json() as T;
}

async function askPods(): Promise<void> {
  const answer = await ask<PodsAnswer>("/api/pods");
  pods = answer.pods;
  busyness.update(pods, performance.now());
  document.title = `natra: ${answer.node}`;
  setText(byId("node", HTMLElement), `${answer.version} on ${answer.node}`);
  layOut();
}

async function askLive(): Promise<void> {
  const ids = [...cards].filter(([, { isSeen }]) => isSeen).map(([id]) => id).slice(0, MAX_PODS);
  if (ids.length === 0) return;
  const query = ids.map((id) => `pod=${encodeURIComponent(id)}`).join("&");
  for (const pod of (await ask<LiveAnswer>(`/api/live?${query}`)).pods) cards.get(pod.id)?.update(pod);
}

/** Orders the cards. Those that stay are not touched, so that neither focus nor chart jumps without need. */
function layOut(): void {
  const words = filter.value.toLowerCase();
  const wanted = pods.filter((pod) => nameOf(pod).toLowerCase().includes(words));
  // While a pod has the focus nothing moves.
  if (order.value === "busiest" && !list.contains(document.activeElement)) {
    wanted.sort((a, b) => compare(busyness.of(b), busyness.of(a)));
  } else if (order.value === "busiest") {
    const place = new Map([...cards.keys()].map((id, index) => [id, index]));
    wanted.sort((a, b) => compare(place.get(a.id) ?? Infinity, place.get(b.id) ?? Infinity));
  }
  const now = wanted.slice(0, shown);
  const before = new Map(cards);
  cards.clear();
  for (const info of now) {
    const old = before.get(info.id);
    const card = old !== undefined && shapeOf(old.info) === shapeOf(info) ? old : new Card(info);
    cards.set(info.id, card);
    if (card === old) before.delete(info.id);
    else {
      seen.observe(card.element);
      widths.observe(card.element);
    }
  }
  for (const card of before.values()) {
    seen.unobserve(card.element);
    widths.unobserve(card.element);
    card.setSeen(false);
    card.element.remove();
  }
  let index = 0;
  for (const { element } of cards.values()) {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
    index++;
  }
  setText(empty, pods.length === 0 ? "No pod is limited on this node." : "No pod's name contains that.");
  if (cards.size === 0) list.append(empty);
  else empty.remove();
  more.hidden = wanted.length <= now.length;
  setText(more, `Show more (${wanted.length - now.length})`);
  const counted = wanted.length === pods.length ? `${pods.length}` : `${wanted.length} of ${pods.length}`;
  const gone = pods.filter(({ ingress, egress }) => isGone(ingress) || isGone(egress)).length;
  const lost = gone === 0 ? "" : `, ${gone} of them no longer limited`;
  setText(
    byId("summary", HTMLElement),
    `${counted} ${pods.length === 1 ? "pod" : "pods"} with a limit${lost}`,
  );
}

/** Compares for sorting, including infinities. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const isHeld = (): boolean => hold.getAttribute("aria-pressed") === "true";

async function round(number: number): Promise<void> {
  if (document.hidden || isHeld()) return;
  try {
    if (number % ROUNDS === 0) await askPods();
    await askLive();
    answeredAt = Date.now();
    trouble.hidden = true;
  } catch (error) {
    const seconds = Math.round((Date.now() - answeredAt) / 1000);
    const why = error instanceof Error ? error.message : String(error);
    setText(trouble, `natra's agent has not answered for ${seconds} s (${why}). The figures below are old.`);
    trouble.hidden = false;
  }
}

async function run(): Promise<never> {
  for (let number = 0;; number++) {
    const begun = performance.now();
    await round(number);
    await new Promise((resolve) => setTimeout(resolve, Math.max(100, LIVE_MS - (performance.now() - begun))));
  }
}

hold.addEventListener("click", () => {
  hold.setAttribute("aria-pressed", String(!isHeld()));
  setText(hold, isHeld() ? "Resume" : "Hold");
});
more.addEventListener("click", () => {
  shown += PAGE_SIZE;
  layOut();
});
filter.addEventListener("input", layOut);
order.addEventListener("change", layOut);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const card of cards.values()) card.redraw();
});
onKeys({ list, filter, order, hold });
run();
