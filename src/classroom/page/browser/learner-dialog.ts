import type { Evidence } from '../../protocol.ts';
import { elapsed } from '../view/elapsed.ts';
import type { LearnerDetails } from '../view/learner-details.ts';
import { messageForm } from './controls.ts';
import type { Desk } from './desk.ts';
import { element, KeyedParts, type Part, setAttribute, setHidden, setText } from './elements.ts';
import { changingIcon } from './icons.ts';

/** One learner, opened from the grid or from the line of hands. The browser's own dialog: it keeps the focus, Escape closes. */
export interface LearnerDialog extends Part<{ details: LearnerDetails; now: number }> {
  root: HTMLDialogElement;
  show(): void;
  showEvidence(evidence: Evidence): void;
  /** How the file that was saved is opened. */
  showState(file: string): void;
}

type Condition = LearnerDetails['conditions'][number];

export function learnerDialog(desk: Desk): LearnerDialog {
  const { learner: words, hands } = desk.words;
  let shown: LearnerDetails | undefined;
  const act = (text: string, does: (learner: LearnerDetails) => void) => {
    const made = element('button', { type: 'button' }, text);
    made.addEventListener('click', () => shown && does(shown));
    return made;
  };
  const name = element('h2', { id: 'learner-name', dir: 'auto' });
  const close = element('button', { type: 'button', class: 'close' }, words.close);
  const facts = element('p', { class: 'facts' });
  const task = element('p', { class: 'task' });
  const conditions = element('ul', { class: 'conditions' });
  const conditionList = new KeyedParts<Condition>(conditions, ({ id }) => id, conditionItem);
  const heading = element('h3', {}, words.conditions);
  const lower = act(hands.lower, ({ id }) => desk.send({ type: 'lower-hand', learner: id }));
  const mark = act(words.markPresent, ({ id, isPresent }) =>
    desk.send({ type: 'mark', learner: id, present: !isPresent }),
  );
  const share = act(words.showShared, ({ id }) => desk.showEvidence(id));
  const state = act(words.takeState, ({ id }) => desk.takeState(id));
  const sharedAt = element('p', { class: 'shared-at' });
  const evidence = element('div', { class: 'evidence', tabindex: '-1' });
  const message = messageForm(desk, 'message-to-one', () => shown?.id ?? '');
  const root = element(
    'dialog',
    { 'aria-labelledby': 'learner-name' },
    element('header', {}, name, close),
    facts,
    task,
    heading,
    conditions,
    element('div', { class: 'buttons' }, lower, mark, share, state),
    sharedAt,
    evidence,
    message.root,
  );
  close.addEventListener('click', () => root.close());
  // The dialog itself is its backdrop: what is in it covers all of it.
  root.addEventListener('click', ({ target }) => target === root && root.close());
  return {
    root,
    show() {
      evidence.replaceChildren();
      if (!root.open) root.showModal();
    },
    showEvidence(shared) {
      evidence.replaceChildren(...evidenceOf(shared, desk));
      evidence.focus();
    },
    showState(file) {
      const line = element('pre', { dir: 'ltr', tabindex: '0' }, `meshwalk state open ${file}`);
      evidence.replaceChildren(element('p', {}, words.openState), line);
      evidence.focus();
    },
    update({ details, now }) {
      shown = details;
      setText(name, details.name);
      setText(facts, details.facts.join(' · '));
      setText(task, details.task);
      conditionList.update(details.conditions);
      setHidden(heading, details.conditions.length === 0);
      setHidden(lower, !details.hasHand);
      setText(mark, details.isPresent ? words.markAway : words.markPresent);
      setHidden(share, details.sharedAt === undefined);
      setHidden(state, !details.hasState);
      setText(
        sharedAt,
        details.sharedAt === undefined ? '' : words.shared(elapsed(now - details.sharedAt, desk.words)),
      );
      setText(message.label, desk.words.message.toOne(details.name));
    },
  };
}

function conditionItem(): Part<Condition> {
  const sign = changingIcon('none');
  const said = element('span', { class: 'said' });
  const title = element('span', { class: 'title' });
  const why = element('span', { class: 'why' });
  const root = element('li', {}, sign.root, title, ' ', said, ' ', why);
  return {
    root,
    update(condition) {
      const { status } = condition;
      setAttribute(root, 'data-status', status);
      sign.show(status ?? 'none');
      setText(title, condition.title);
      setText(said, condition.said);
      setText(why, status === 'wrong' || status === 'unknown' ? condition.why : '');
    },
  };
}

/** What a learner typed and saw: text, however it looks. */
function evidenceOf({ command, output, conditions }: Evidence, { words: { learner: words } }: Desk): HTMLElement[] {
  const lines = [`$ ${command}`, ...output].join('\n');
  return [
    element('h3', {}, words.command),
    element('pre', { dir: 'ltr', tabindex: '0' }, lines),
    element('ul', {}, ...conditions.map(({ id, status, text }) => element('li', {}, `${id}: ${status}. ${text}`))),
  ];
}
