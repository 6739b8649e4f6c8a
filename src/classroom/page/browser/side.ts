import type { HandView } from '../view/at-a-glance.ts';
import type { LeadTaskView, LeadView } from '../view/lead.ts';
import type { Desk } from './desk.ts';
import { element, KeyedParts, type Part, setAttribute, setHidden, setText } from './elements.ts';
import { icon } from './icons.ts';

/** What stands beside the grid: hands, and the lesson for whoever teaches it. */

export function section(id: string, heading: string, ...children: readonly (Node | string)[]): HTMLElement {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-heading`, tabindex: '-1' },
    element('h2', { id: `${id}-heading` }, heading),
    ...children,
  );
}

export function handsPart(desk: Desk): Part<readonly HandView[]> {
  const { hands: words } = desk.words;
  const list = element('ol', { class: 'hands' });
  const none = element('p', { class: 'none' }, words.none);
  const parts = new KeyedParts<HandView>(
    list,
    ({ id }) => id,
    ({ id }) => {
      const name = element('button', { type: 'button', class: 'who', dir: 'auto' });
      name.addEventListener('click', () => desk.open(id));
      const time = element('span', { class: 'time' });
      const lower = element('button', { type: 'button' }, words.lower);
      lower.addEventListener('click', () => desk.send({ type: 'lower-hand', learner: id }));
      const root = element('li', {}, icon('hand'), name, time, lower);
      return {
        root,
        update(view) {
          setText(name, view.name);
          setText(time, view.time);
          setAttribute(lower, 'aria-label', words.lowerOf(view.name));
        },
      };
    },
  );
  return {
    root: section('hands', words.heading, list, none),
    update(views) {
      parts.update(views);
      setHidden(none, views.length > 0);
      setHidden(list, views.length === 0);
    },
  };
}

export function leadPart({ words: { lead: words } }: Desk): Part<LeadView | undefined> {
  const title = element('p', { class: 'title' });
  const timing = element('p', { class: 'timing' });
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' });
  const finished = element('p', { class: 'finished' });
  const notes = element('ul', { class: 'notes' });
  const tasks = element('ol', { class: 'tasks' });
  const noteList = new KeyedParts<string>(notes, (note) => note, noteItem);
  const taskList = new KeyedParts<LeadTaskView>(tasks, ({ id }) => id, taskItem);
  const notesHeading = element('h3', {}, words.notes);
  const noNotes = element('p', { class: 'none' }, words.noNotes);
  const root = section(
    'lead',
    words.heading,
    title,
    timing,
    bar,
    finished,
    notesHeading,
    notes,
    noNotes,
    element('h3', {}, words.tasks),
    tasks,
  );
  return {
    root,
    update(view) {
      setHidden(root, view === undefined);
      if (!view) return;
      setText(title, view.title);
      setText(timing, view.timing);
      setAttribute(root, 'data-over', view.isOver ? 'over' : undefined);
      setHidden(bar, view.share === undefined);
      bar.style.setProperty('--held', (view.share ?? 0).toFixed(3));
      setText(finished, view.finished);
      noteList.update([...new Set(view.notes)]);
      taskList.update(view.tasks);
      const isOnTasks = view.notes.length === 0 && view.tasks.some((task) => task.notes.length > 0);
      setHidden(notesHeading, isOnTasks);
      setHidden(noNotes, isOnTasks || view.notes.length > 0);
    },
  };
}

const noteItem = (note: string): Part<string> => ({ root: element('li', {}, note), update: () => {} });

function taskItem(): Part<LeadTaskView> {
  const title = element('span', { class: 'title' });
  const figures = element('span', { class: 'figures' });
  const notes = element('ul', { class: 'notes' });
  const noteList = new KeyedParts<string>(notes, (note) => note, noteItem);
  return {
    root: element('li', {}, title, ' ', figures, notes),
    update(task) {
      setText(title, task.title);
      setText(figures, task.figures);
      noteList.update([...new Set(task.notes)]);
      setHidden(notes, task.notes.length === 0);
    },
  };
}
