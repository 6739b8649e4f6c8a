import { type ClassState, limits, type OutlinedLesson } from '../../protocol.ts';
import type { ClassModel } from '../view/class-model.ts';
import { elapsed } from '../view/elapsed.ts';
import { currentLesson } from '../view/lead.ts';
import type { Desk } from './desk.ts';
import { element, KeyedParts, type Part, setAttribute, setHidden, setText } from './elements.ts';
import { section } from './side.ts';

/** What an instructor does to the class. Every answer comes back as news: nothing here shows what was only asked for. */
export interface ControlsView {
  model: ClassModel;
  now: number;
}

function button(text: string, act?: () => void): HTMLButtonElement {
  const made = element('button', { type: act ? 'button' : 'submit' }, text);
  if (act) made.addEventListener('click', act);
  return made;
}

/** Enter sends it; the page stays where it is. */
function form(name: string, act: () => void, ...children: readonly Node[]): HTMLFormElement {
  const made = element('form', { class: name }, ...children);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    act();
  });
  return made;
}

export function pacePart(desk: Desk): Part<ControlsView> {
  const { pace: words, grid } = desk.words;
  const select = element('select', { id: 'pace-lesson' });
  const options = new KeyedParts<OutlinedLesson>(
    select,
    ({ id }) => id,
    ({ id, step, title }) => ({ root: element('option', { value: id }, grid.lesson(step, title)), update: () => {} }),
  );
  const status = element('p', { class: 'status' });
  const lead = button(words.lead, () => desk.send({ type: 'lead', lesson: select.value }));
  const hold = button(words.hold, () => desk.send({ type: 'hold', lesson: select.value }));
  const release = button(words.release, () => desk.send({ type: 'release' }));
  const label = element('label', { for: 'pace-lesson' }, words.lesson);
  const buttons = element('div', { class: 'buttons' }, lead, hold, release);
  let current: string | undefined;
  return {
    root: section('pace', words.heading, status, label, select, buttons),
    update({ model, now }) {
      const { state, lessons } = model;
      options.update(lessons);
      // Follows the class, unless the instructor is just choosing.
      const wanted = currentLesson(model)?.id;
      if (wanted !== current && wanted !== undefined && document.activeElement !== select) {
        current = wanted;
        select.value = wanted;
      }
      const step = lessons.find(({ id }) => id === state.hold?.lesson)?.step ?? 0;
      setText(status, state.hold ? words.held(step, elapsed(now - state.hold.since, desk.words)) : words.free);
      setAttribute(status, 'data-held', state.hold ? 'held' : undefined);
      release.disabled = !state.hold;
    },
  };
}

/** To the one learner that `recipient` names when it is sent, or to all. */
export function messageForm(
  desk: Desk,
  id: string,
  recipient: () => string | undefined,
): { root: HTMLElement; label: HTMLElement } {
  const text = element('textarea', { id, rows: '2', maxlength: String(limits.messageLength), required: '' });
  const label = element('label', { for: id });
  const send = () => {
    const said = text.value.trim();
    if (said === '') return;
    const learner = recipient();
    desk.send({ type: 'message', text: said, ...(learner !== undefined && { learner }) });
    text.value = '';
  };
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  return { root: form('message', send, label, text, button(desk.words.message.send)), label };
}

type Message = ClassState['messages'][number];

const shownMessages = 4;

export function messagePart(desk: Desk): Part<ControlsView> {
  const { message: words } = desk.words;
  const { root: toAll, label } = messageForm(desk, 'message-to-all', () => undefined);
  label.textContent = words.toAll;
  const list = element('ul', { class: 'sent' });
  const sent = new KeyedParts<{ message: Message; said: string }>(
    list,
    ({ message }) => String(message.id),
    ({ message }) => {
      const about = element('span', { class: 'about' });
      const text = element('span', { class: 'text', dir: 'auto' }, message.text);
      return { root: element('li', {}, text, ' ', about), update: ({ said }) => setText(about, said) };
    },
  );
  return {
    root: section('message', words.heading, toAll, list),
    update({ model: { state, cards }, now }) {
      const shown = state.messages.slice(-shownMessages).reverse();
      sent.update(
        shown.map((message) => {
          const time = elapsed(now - message.at, desk.words);
          const name = message.learner === undefined ? undefined : cards.get(message.learner)?.name;
          const said =
            message.learner === undefined ? words.sentToAll(time) : words.sentToOne(name ?? words.somebody, time);
          return { message, said };
        }),
      );
    },
  };
}

export function countdownPart(desk: Desk): Part<ControlsView> {
  const { countdown: words } = desk.words;
  const most = String(limits.countdownMs / 60_000);
  const minutes = element('input', {
    id: 'countdown-minutes',
    type: 'number',
    inputmode: 'numeric',
    min: '1',
    max: most,
    value: '5',
    required: '',
  });
  const label = element('input', { id: 'countdown-label', type: 'text', maxlength: String(limits.labelLength) });
  const end = button(words.end, () => desk.send({ type: 'end-countdown' }));
  const start = () => {
    if (minutes.validity.valid)
      desk.send({ type: 'countdown', ms: minutes.valueAsNumber * 60_000, label: label.value });
  };
  const fields = form(
    'countdown',
    start,
    element('label', { for: 'countdown-minutes' }, words.minutes),
    minutes,
    element('label', { for: 'countdown-label' }, words.label),
    label,
    element('div', { class: 'buttons' }, button(words.start), end),
  );
  return {
    root: section('countdown', words.heading, fields),
    update({ model: { state } }) {
      end.disabled = !state.countdown;
    },
  };
}

export function exportPart({ words: { export: words }, export: take }: Desk): HTMLElement {
  const csv = button(words.csv, () => take('csv'));
  const json = button(words.json, () => take('json'));
  return section('export', words.heading, element('div', { class: 'buttons' }, csv, json));
}

export function joinPart({ words }: Desk): Part<readonly string[]> {
  const list = element('ul', { class: 'join' });
  const lines = new KeyedParts<string>(
    list,
    (line) => line,
    (line) => ({ root: element('li', {}, element('code', {}, line)), update: () => {} }),
  );
  const root = element('div', { class: 'nobody' }, element('p', {}, words.grid.nobody), list);
  return {
    root,
    update: (views) => {
      setHidden(list, views.length === 0);
      lines.update(views);
    },
  };
}
