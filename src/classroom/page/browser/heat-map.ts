import { type HeatCellView, type HeatKind, type HeatTaskView, type HeatView, heatKinds } from '../view/heat.ts';
import type { Desk } from './desk.ts';
import { element, heard, KeyedParts, type Part, setAttribute, setHidden, setText } from './elements.ts';
import { icon } from './icons.ts';
import { section } from './side.ts';

/** What holds people up: a cell for each condition of a lesson, where it always stands. A click shows whom it holds up. */
export function heatMap(desk: Desk): Part<HeatView> {
  const { heat: words } = desk.words;
  const lesson = element('select', { 'aria-label': words.lesson });
  lesson.addEventListener('change', () => desk.chooseHeat(lesson.value || undefined));
  const worst = element('p', { class: 'worst' });
  const map = element('ol', { class: 'heat' });
  const elsewhere = element('button', { type: 'button', class: 'elsewhere' });
  let other = '';
  elsewhere.addEventListener('click', () => desk.chooseHeat(other));
  const choices = new KeyedParts<HeatView['choices'][number]>(lesson, (choice) => choice.lesson, choiceOption);
  const tasks = new KeyedParts<HeatTaskView>(map, ({ key }) => key, taskPart(desk));
  const root = section('heat', words.heading, worst, lesson, map, elsewhere, legend(desk));
  return {
    root,
    update(view) {
      choices.update(view.choices);
      if (lesson.value !== view.chosen) lesson.value = view.chosen;
      setText(worst, view.worst);
      tasks.update(view.tasks);
      setHidden(map, view.tasks.length === 0);
      setHidden(elsewhere, view.elsewhere === undefined);
      if (!view.elsewhere) return;
      other = view.elsewhere.lesson;
      setText(elsewhere, view.elsewhere.text);
    },
  };
}

function choiceOption({ lesson }: HeatView['choices'][number]): Part<HeatView['choices'][number]> {
  const root = element('option', { value: lesson });
  return { root, update: ({ text }) => setText(root, text) };
}

const taskPart = (desk: Desk) => (): Part<HeatTaskView> => {
  const title = element('span', { class: 'title' });
  const there = element('span', { class: 'there' });
  const list = element('ul', { class: 'cells' });
  const cells = new KeyedParts<HeatCellView>(list, ({ key }) => key, cellPart(desk));
  return {
    root: element('li', {}, element('p', { class: 'task' }, title, ' ', there), list),
    update(task) {
      setText(title, task.title);
      setText(there, task.there);
      cells.update(task.cells);
    },
  };
};

const cellPart =
  (desk: Desk) =>
  ({ condition, filter }: HeatCellView): Part<HeatCellView> => {
    const said = heard();
    const title = element('span', { class: 'title' });
    const numbers = element('span', { class: 'numbers', 'aria-hidden': 'true' });
    const bar = element('span', { class: 'shares', 'aria-hidden': 'true' });
    const marks = heatKinds.map((kind) => markPart(kind));
    numbers.append(...marks.map(({ number }) => number), icon('none'));
    bar.append(...marks.map(({ part }) => part));
    const show = element('button', { type: 'button' }, said, numbers, element('code', {}, condition), ' ', title, bar);
    show.addEventListener('click', () => desk.choose({ filter }));
    return {
      root: element('li', {}, show),
      update(view) {
        setAttribute(show, 'data-kind', view.kind);
        setAttribute(show, 'data-level', String(view.level));
        setText(said, `${view.said}: `);
        setText(title, view.title);
        for (const mark of marks) mark.update(view.marks.find(({ kind }) => kind === mark.kind));
      },
    };
  };

/** The number beside its shape, and the same as a part of a bar that is as long as the class is large. */
function markPart(kind: HeatKind) {
  const count = element('span');
  const number = element('span', { 'data-kind': kind }, icon(kind), count);
  const part = element('span', { 'data-kind': kind });
  return {
    kind,
    number,
    part,
    update(mark: HeatCellView['marks'][number] | undefined) {
      setHidden(number, mark === undefined);
      setText(count, String(mark?.count ?? ''));
      part.style.setProperty('--share', (mark?.share ?? 0).toFixed(3));
    },
  };
}

function legend({ words }: Desk): HTMLElement {
  const names: Readonly<Record<HeatKind, string>> = {
    stuck: words.filters.stuck,
    wrong: words.conditions.wrong,
    'not-yet': words.conditions['not-yet'],
  };
  const entries = heatKinds.map((kind) => element('span', { 'data-kind': kind }, icon(kind), names[kind]));
  return element('p', { class: 'legend' }, ...entries, element('span', {}, words.heat.legend));
}
