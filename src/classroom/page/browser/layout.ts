import { type GridChoice, type GridView, type Order, orders } from '../view/grid.ts';
import { type ControlsView, countdownPart, exportPart, joinPart, messagePart, pacePart } from './controls.ts';
import type { Desk } from './desk.ts';
import { element, type Part, setHidden, setText } from './elements.ts';
import { gridTable } from './grid-table.ts';
import { type HeaderView, header } from './header.ts';
import { heatMap } from './heat-map.ts';
import { type LearnerDialog, learnerDialog } from './learner-dialog.ts';
import { handsPart, leadPart, section } from './side.ts';

/** Where everything stands. Landmarks, headings and their order are for people who hear the page. */
export interface LayoutView {
  grid: GridView;
  choice: GridChoice;
  /** The instructor just chose what is shown. */
  isAsked: boolean;
  join: readonly string[];
}

export interface Layout extends Part<LayoutView> {
  header: Part<HeaderView>;
  hands: ReturnType<typeof handsPart>;
  heat: ReturnType<typeof heatMap>;
  lead: ReturnType<typeof leadPart>;
  controls: readonly Part<ControlsView>[];
  dialog: LearnerDialog;
  rule: HTMLElement;
  /** Seen and heard at once. */
  say(text: string): void;
  /** Heard when there is a pause. */
  announce(text: string): void;
}

const saidForMs = 6_000;

export function layoutOf(desk: Desk): Layout {
  const top = header(desk);
  const [hands, heat, lead] = [handsPart(desk), heatMap(desk), leadPart(desk)];
  const controls = [pacePart(desk), messagePart(desk), countdownPart(desk)];
  const dialog = learnerDialog(desk);
  const learners = learnersPart(desk);
  const aside = element(
    'div',
    { class: 'side' },
    hands.root,
    heat.root,
    ...controls.map((control) => control.root),
    lead.root,
    exportPart(desk),
  );
  const toast = element('p', { class: 'toast', role: 'status' });
  const heardLater = element('p', { class: 'heard', 'aria-live': 'polite' });
  const root = element(
    'div',
    { class: 'page' },
    element('a', { class: 'skip', href: '#learners' }, desk.words.page.skip),
    top.root,
    element('main', {}, learners.root, aside),
    places(desk),
    toast,
    heardLater,
    dialog.root,
  );
  let silence: ReturnType<typeof setTimeout> | undefined;
  return {
    root,
    header: top,
    hands,
    heat,
    lead,
    controls,
    dialog,
    rule: learners.rule,
    update: learners.update,
    say(text) {
      // A dialog covers the page, and what is outside of it is not heard: the answer goes where the question came from.
      (dialog.root.open ? dialog.root : root).append(toast);
      clearTimeout(silence);
      toast.textContent = text;
      silence = setTimeout(() => toast.replaceChildren(), saidForMs);
    },
    announce: (text) => setText(heardLater, text),
  };
}

/** On a phone one thumb reaches every part of the page. */
function places({ words }: Desk): HTMLElement {
  const place = (id: string, text: string) => element('a', { href: `#${id}` }, text);
  return element(
    'nav',
    { class: 'places', 'aria-label': words.page.regions.places },
    place('learners', words.grid.heading),
    place('hands', words.hands.heading),
    place('heat', words.heat.heading),
    place('pace', words.pace.heading),
    place('lead', words.lead.heading),
  );
}

function learnersPart(desk: Desk): Part<LayoutView> & { rule: HTMLElement } {
  const { grid: words } = desk.words;
  const table = gridTable(desk);
  const find = element('input', { type: 'search', 'aria-label': words.find, placeholder: words.find });
  find.addEventListener('input', () => desk.choose({ find: find.value }));
  const order = element(
    'select',
    { 'aria-label': words.sort },
    ...orders.map((name) => element('option', { value: name }, words.sorts[name])),
  );
  order.addEventListener('change', () => desk.choose({ order: order.value as Order }));
  const caption = element('span', { class: 'shown' });
  const nobody = joinPart(desk);
  const noneShown = element('p', { class: 'none' }, words.noneShown);
  const rule = element('p', { class: 'rule' });
  const tools = element('div', { class: 'tools' }, caption, find, order);
  const root = section('learners', words.heading, tools, table.root, nobody.root, noneShown, rule);
  let kept: readonly string[] = [];
  return {
    root,
    rule,
    update({ grid, isAsked, join }) {
      // Rows stay where they are while somebody points at one or walks along them.
      const isBusy = !isAsked && table.root.matches(':hover, :focus-within');
      const rows = isBusy ? inKeptOrder(grid.rows, kept) : grid.rows;
      kept = rows.map(({ id }) => id);
      // The wall's letters are as large as lets all of these stand on it.
      document.documentElement.style.setProperty('--rows', String(Math.max(1, rows.length)));
      table.update({ ...grid, rows });
      setText(caption, words.caption(grid.rows.length, grid.all));
      nobody.update(join);
      setHidden(nobody.root, grid.all > 0);
      setHidden(tools, grid.all === 0);
      setHidden(table.root, grid.rows.length === 0);
      setHidden(noneShown, grid.all === 0 || grid.rows.length > 0);
    },
  };
}

function inKeptOrder(rows: GridView['rows'], kept: readonly string[]): GridView['rows'] {
  const places = new Map(kept.map((id, index) => [id, index]));
  return rows.toSorted((a, b) => (places.get(a.id) ?? kept.length) - (places.get(b.id) ?? kept.length));
}
