/**
 * Small pieces of DOM. Text goes in as text and attributes as attributes: names and messages are data, and nothing here
 * parses markup.
 */
type Attributes = Readonly<Record<string, string>>;

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Untouched where it is right already, so that nothing is drawn or read aloud again. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Undefined takes the attribute away. */
export function setAttribute(node: Element, name: string, value: string | undefined): void {
  if (value === undefined) node.removeAttribute(name);
  else if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

export function setHidden(node: HTMLElement, isHidden: boolean): void {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

/** Text that is heard and not seen. */
export const heard = (text = ''): HTMLSpanElement => element('span', { class: 'heard' }, text);

/** A piece of the page that shows a part of the state. */
export interface Part<View> {
  root: HTMLElement;
  update(view: View): void;
}

/** Keeps one part for each item, in the items' order. A part that moves keeps the focus it has. */
export class KeyedParts<Item> {
  readonly #parent: HTMLElement;
  readonly #keyOf: (item: Item) => string;
  readonly #make: (item: Item) => Part<Item>;
  readonly #parts = new Map<string, Part<Item>>();

  constructor(parent: HTMLElement, keyOf: (item: Item) => string, make: (item: Item) => Part<Item>) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  update(items: readonly Item[]): void {
    const wanted = new Set(items.map(this.#keyOf));
    for (const [key, { root }] of this.#parts) {
      if (wanted.has(key)) continue;
      root.remove();
      this.#parts.delete(key);
    }
    let place = this.#parent.firstChild;
    for (const item of items) {
      const part = this.#part(item);
      part.update(item);
      if (part.root === place) place = place.nextSibling;
      else insertKeepingFocus(this.#parent, part.root, place);
    }
  }

  #part(item: Item): Part<Item> {
    const key = this.#keyOf(item);
    const part = this.#parts.get(key) ?? this.#make(item);
    this.#parts.set(key, part);
    return part;
  }
}

function insertKeepingFocus(parent: Node, node: Node, before: Node | null): void {
  const focused = document.activeElement;
  const hadFocus = focused instanceof HTMLElement && node.contains(focused);
  parent.insertBefore(node, before);
  if (hadFocus) focused.focus({ preventScroll: true });
}
