import type { ColumnView, GridView } from '../view/grid.ts';
import type { CellView, RowView } from '../view/rows.ts';
import type { Desk } from './desk.ts';
import { element, heard, KeyedParts, type Part, setAttribute, setHidden, setText } from './elements.ts';
import { changingIcon, icon } from './icons.ts';

/**
 * Learners and lessons. A real table, with its roles written out, because on a phone its rows become cards and browsers
 * forget a table that is not laid out as one. Arrow keys go from learner to learner.
 */
export function gridTable(desk: Desk): Part<GridView> {
  const { grid: words } = desk.words;
  const caption = element('caption', { class: 'heard' });
  const head = element('tr', { role: 'row' });
  const body = element('tbody', { role: 'rowgroup' });
  const root = element(
    'table',
    { class: 'grid', role: 'table' },
    caption,
    element('thead', { role: 'rowgroup' }, head),
    body,
  );
  body.addEventListener('keydown', (event) => walk(body, event));
  let rows = new KeyedParts<RowView>(body, ({ id }) => id, rowPart(desk));
  let columns = '';
  return {
    root,
    update(view) {
      setText(caption, `${words.heading}: ${words.caption(view.rows.length, view.all)}`);
      const wanted = JSON.stringify(view.columns);
      if (wanted !== columns) {
        const isOther = lessonsOf(columns) !== lessonsOf(wanted);
        columns = wanted;
        head.replaceChildren(...headings(view.columns, desk));
        if (isOther) {
          body.replaceChildren();
          rows = new KeyedParts<RowView>(body, ({ id }) => id, rowPart(desk));
        }
      }
      rows.update(view.rows);
      rove(body);
    },
  };
}

const lessonsOf = (columns: string): string =>
  columns === '' ? '' : (JSON.parse(columns) as ColumnView[]).map(({ lesson }) => lesson).join('\n');

function headings(columns: readonly ColumnView[], { words: { grid: words } }: Desk): HTMLElement[] {
  const heading = (name: string, ...children: (Node | string)[]) =>
    element('th', { scope: 'col', role: 'columnheader', class: name }, ...children);
  return [
    heading('name', words.learner),
    ...columns.map(({ step, title, mark }) => {
      const said = mark ? `${words.lesson(step, title)}, ${words[mark]}` : words.lesson(step, title);
      const shown = element('span', { 'aria-hidden': 'true' }, String(step));
      const column = heading('lesson', heard(said), shown, ...(mark ? [icon(mark)] : []));
      column.title = said;
      if (mark) column.dataset['mark'] = mark;
      return column;
    }),
    heading('now', words.now),
  ];
}

const rowPart =
  (desk: Desk) =>
  (first: RowView): Part<RowView> => {
    const name = nameCell(first.id, desk);
    const cells = first.cells.map(() => lessonCell(desk));
    const now = nowCell(desk);
    const root = element(
      'tr',
      { role: 'row', 'data-learner': first.id },
      name.root,
      ...cells.map((cell) => cell.root),
      now.root,
    );
    return {
      root,
      update(row) {
        setAttribute(root, 'data-standing', row.standing);
        name.update(row);
        row.cells.forEach((cell, index) => {
          cells[index]?.update(cell);
        });
        now.update(row);
      },
    };
  };

function nameCell(id: string, { words: { grid: words }, open }: Desk): Part<RowView> {
  const name = element('span', { class: 'text', dir: 'auto' });
  const place = element('span', { class: 'place', 'aria-hidden': 'true' });
  const said = heard();
  const hand = element('span', { class: 'hand' }, icon('hand'), place, said);
  const shared = element('span', { class: 'shared' }, icon('shared'), heard(words.shared));
  const button = element('button', { type: 'button', tabindex: '-1' }, name);
  button.addEventListener('click', () => open(id));
  const root = element('th', { scope: 'row', role: 'rowheader', class: 'name' }, button, hand, shared);
  return {
    root,
    update(row) {
      setText(name, row.name);
      setAttribute(button, 'aria-label', words.open(row.name));
      setHidden(hand, row.hand === undefined);
      setText(place, String(row.hand ?? ''));
      setText(said, row.hand === undefined ? '' : words.hand(row.hand));
      setHidden(shared, !row.hasShared);
    },
  };
}

function lessonCell(_: Desk): Part<CellView> {
  const shape = changingIcon('none');
  const count = element('span', { class: 'count', 'aria-hidden': 'true' });
  const said = heard();
  const box = element('span', { class: 'box' }, shape.root, count, said);
  const root = element('td', { role: 'cell', class: 'lesson' }, box);
  return {
    root,
    update(cell) {
      setAttribute(root, 'data-status', cell.status);
      setAttribute(root, 'data-step', String(cell.step));
      setAttribute(root, 'data-beyond', cell.isBeyondHold ? 'hold' : undefined);
      shape.show(cell.status);
      setText(count, cell.count);
      setText(said, cell.said);
    },
  };
}

function nowCell(_: Desk): Part<RowView> {
  const task = element('span', { class: 'task' });
  const time = element('span', { class: 'time' });
  const sign = changingIcon('wrong');
  const kind = heard();
  const title = element('span', { class: 'title' });
  const why = element('span', { class: 'why' });
  const failing = element('span', { class: 'failing' }, sign.root, kind, title, ' ', why);
  const effort = element('span', { class: 'effort' });
  const root = element(
    'td',
    { role: 'cell', class: 'now' },
    element('span', { class: 'line' }, task, ' ', time, ' ', effort),
    failing,
  );
  return {
    root,
    update(row) {
      setText(task, row.task);
      setText(time, row.time);
      setText(effort, row.effort);
      setHidden(failing, row.failing === undefined);
      if (!row.failing) return;
      const { status, said } = row.failing;
      sign.show(status);
      setAttribute(failing, 'data-status', status);
      setText(kind, `${said}: `);
      setText(title, row.failing.title);
      setText(why, row.failing.why);
    },
  };
}

const buttonsOf = (body: HTMLElement): HTMLButtonElement[] => [
  ...body.querySelectorAll<HTMLButtonElement>('th.name > button'),
];

/** One learner is in the order of the Tab key, and arrows go to the others: nobody tabs through five hundred. */
function rove(body: HTMLElement): void {
  if (body.querySelector('th.name > button[tabindex="0"]')) return;
  buttonsOf(body)[0]?.setAttribute('tabindex', '0');
}

const steps: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(last, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  Home: () => 0,
  End: (_, last) => last,
};

function walk(body: HTMLElement, event: KeyboardEvent): void {
  const step = steps[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const buttons = buttonsOf(body);
  const at = buttons.findIndex((button) => button.matches(':focus'));
  const next = buttons[step(at, buttons.length - 1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  buttons[at]?.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
}
