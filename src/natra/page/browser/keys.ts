/** Keyboard shortcuts. Tab reaches everything; these are shorter. */

/** The elements that keys act on. */
export interface Reachable {
  readonly list: HTMLElement;
  readonly filter: HTMLInputElement;
  readonly order: HTMLSelectElement;
  readonly hold: HTMLButtonElement;
}

/** Listens to keys; in text fields they are ordinary letters. */
export function onKeys({ list, filter, order, hold }: Reachable): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = [filter, order].find((element) => element === document.activeElement);
    if (event.key === "Escape" && typing !== undefined) typing.blur();
    else if (typing !== undefined) return;
    else if (event.key === "/") filter.focus();
    else if (event.key === "j") move(list, 1);
    else if (event.key === "k") move(list, -1);
    else if (event.key === "h") hold.click();
    else if (event.key === "o") order.focus();
    else return;
    event.preventDefault();
  });
}

/** Moves the focus to the next or previous pod; if no pod has it, to the first or the last. */
function move(list: HTMLElement, step: 1 | -1): void {
  const all = [...list.children].filter((element) => element instanceof HTMLElement);
  const at = all.findIndex((element) => element.contains(document.activeElement));
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  const element = all[Math.min(Math.max(next, 0), all.length - 1)];
  element?.focus();
  element?.scrollIntoView({ block: "nearest" });
}
