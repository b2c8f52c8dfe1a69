import type { LivePod, PodInfo } from "../contract.ts";
import { DirectionView } from "./direction.ts";
import { make, setText } from "./dom.ts";
import { formatSpan } from "./format.ts";

/** A pod on the page. Only a visible one is drawn, and its counters are requested. */
export class Card {
  readonly element: HTMLElement;
  readonly #ingress: DirectionView | null;
  readonly #egress: DirectionView | null;
  readonly #about = make("p", "about");
  isSeen = false;

  constructor(readonly info: PodInfo) {
    const { ingress, egress } = info;
    const view = (title: string, direction: PodInfo["ingress"]): DirectionView | null =>
      direction === null ? null : new DirectionView(title, direction);
    this.#ingress = view("Ingress: to the pod", ingress);
    this.#egress = view("Egress: from the pod", egress);
    const name = make("h2", "", nameOf(info));
    const views = [this.#ingress, this.#egress].filter((direction) => direction !== null);
    this.element = make(
      "article",
      "",
      name,
      this.#about,
      make("div", "directions", ...views.map(({ element }) => element)),
    );
    this.element.tabIndex = 0;
    this.element.setAttribute("aria-label", nameOf(info));
    this.tick();
  }

  get #views(): DirectionView[] {
    return [this.#ingress, this.#egress].filter((direction) => direction !== null);
  }

  /** Updates its age. */
  tick(): void {
    const { interface: name, attach, created } = this.info;
    const age = formatSpan(Date.now() - Date.parse(created));
    setText(this.#about, `${name}, attached by ${attach}, limited for ${age}`);
  }

  /** Shows new counters. */
  update({ time, ingress, egress }: LivePod): void {
    this.#ingress?.update(time, ingress);
    this.#egress?.update(time, egress);
    this.tick();
  }

  /** Draws its charts if it is visible, else frees them. */
  setSeen(isSeen: boolean): void {
    if (isSeen === this.isSeen) return;
    this.isSeen = isSeen;
    for (const { chart } of this.#views) isSeen ? chart.show() : chart.hide();
  }

  /** Draws its charts again, in other colours. */
  redraw(): void {
    if (this.isSeen) { for (const { chart } of this.#views) chart.show(); }
  }

  /** Fits its charts into a new width. */
  fit(): void {
    for (const { chart } of this.#views) chart.fit();
  }
}

/** A pod's name, as it is shown and filtered by. */
export function nameOf({ namespace, pod }: PodInfo): string {
  return namespace === "" ? pod : `${namespace}/${pod}`;
}

/** The properties of a pod whose change requires a new card. */
export function shapeOf({ id, created, ingress, egress }: PodInfo): string {
  return JSON.stringify([id, created, ingress?.rate, ingress?.queue, egress?.rate, egress?.queue]);
}
