import type { Intent } from '../../session/events.ts';
import { taskOf } from '../../session/next-step.ts';
import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { Way } from '../app-port.ts';
import { actionFor, bindingOf, type KeyAction, keyName } from '../keymap.ts';
import { screenModel } from '../screen-model.ts';
import { availability, type Moment } from '../view/availability.ts';
import { choiceKeys } from '../view/card.ts';
import { type About, aboutNow } from '../view/explain-screen.ts';
import { nextOf } from '../view/words.ts';

/**
 * Keys as lines: what one presses on the screen, one types here and ends with Enter. The letters are the keymap's own.
 * Pure.
 */
export type Deed =
  | { type: 'send'; intent: Intent }
  | { type: 'own'; script: string; edited: boolean }
  /** The next line is a command: the learner's own, or instead of the lesson's. */
  | { type: 'ask'; edited: boolean; words: string }
  | { type: 'lessons' }
  | { type: 'open-lesson'; number: number }
  | { type: 'search'; words: string }
  /** Without a path: which manifests there are. */
  | { type: 'fields'; path: string }
  | { type: 'way-back'; way: Way }
  | { type: 'traffic' }
  | { type: 'explain'; about: About }
  | { type: 'background' }
  | { type: 'page' }
  | { type: 'shell' }
  | { type: 'help' }
  | { type: 'glossary' }
  | { type: 'review' }
  | { type: 'hand' }
  | { type: 'share' }
  | { type: 'catch-up' }
  | { type: 'quit' }
  | { type: 'say'; words: string };

const send = (intent: Intent): Deed => ({ type: 'send', intent });
const say = (words: string): Deed => ({ type: 'say', words });

/** There is nothing to scroll here, so everything counts as seen. */
export const momentOf = (session: SessionState, words: Words): Moment => ({
  session,
  model: screenModel([]),
  isCardSeen: true,
  isFolded: false,
  canOpenPages: true,
  // The reader knows how many there are, and says so where there is none.
  recall: 1,
  isInClass: true,
  canCatchUp: true,
  words,
});

/** Said where they can be used; all others `?` tells, since the prompt is heard again and again. */
const promptKeys: readonly KeyAction[] = ['verify', 'hint', 'edit', 'explain', 'skip', 'page'];

/** What can be typed now, in one line. Empty while a look goes on that nobody waits for. */
export function promptFor(session: SessionState, words: Words): string {
  const { typed, keys, availability: names } = words;
  if (session.status === 'running') return typed.isRunning;
  if (session.status === 'verifying') return session.byLearner ? typed.isLooking : '';
  if (session.status === 'confirming') return typed.runIt;
  const moment = momentOf(session, words);
  const enter = availability('proceed', moment);
  const can = enter.can ? [typed.enter(enterWords(session, enter.label ?? names.label.goOn, words))] : [];
  for (const action of promptKeys) {
    // Looks aside and dry runs come by and by; a prompt that changes with them would be said again.
    if (action === 'explain' && session.status !== 'failed') continue;
    const state = availability(action, moment);
    const binding = bindingOf(action, 'lesson');
    if (!binding || !state.can) continue;
    can.push(typed.key(keyName(binding.keys[0] ?? '', keys), state.label ?? keys.bindings[binding.name].label));
  }
  return `${[...can, typed.allKeys, typed.quit].join(', ')}.`;
}

function enterWords(session: SessionState, label: string, { typed }: Words): string {
  const next = nextOf(session);
  if (next?.type !== 'answer') return label;
  const question = taskOf(session)?.questions.find(({ id }) => id === next.question);
  const last = choiceKeys[(question?.choices.length ?? 1) - 1] ?? 'a';
  return question?.mode === 'predict' ? typed.passOverOrAnswer(last) : typed.onlyAnswer(last);
}

export function deedOf(line: string, session: SessionState, words: Words): Deed {
  const text = line.trim();
  if (session.status === 'confirming') return onCard(text, words);
  if (text.startsWith(':') && text.length > 1) return own(session, text.slice(1).trim(), words);
  if (text.startsWith('/') && text.length > 1) return { type: 'search', words: text.slice(1).trim() };
  const field = /^f\s*(\S.*)$/.exec(text)?.[1];
  if (field !== undefined) return { type: 'fields', path: field };
  const lesson = /^m\s*(\d+)$/.exec(text)?.[1];
  if (lesson !== undefined) return { type: 'open-lesson', number: Number(lesson) };
  const stop = /^t\s*(\d+)$/.exec(text)?.[1];
  if (stop !== undefined) return stopBackground(session, Number(stop), words);
  const answer = answerOf(text, session);
  if (answer) return answer;
  const action = actionFor(text === '' ? 'enter' : text, 'lesson');
  if (!action) return say(words.typed.meansNothing(text));
  const state = availability(action, momentOf(session, words));
  return state.can ? deedFor(action, session, words) : say(state.why);
}

/** A card that cannot be undone wants the letter, here as on the screen. */
function onCard(text: string, { typed }: Words): Deed {
  if (text === 'y') return send({ type: 'confirm' });
  if (text === 'n') return send({ type: 'decline' });
  if (text === 'e') return { type: 'ask', edited: true, words: typed.typeAsItShallRun };
  return say(typed.cardKeys);
}

function own(session: SessionState, script: string, words: Words): Deed {
  const state = availability('own-command', momentOf(session, words));
  return state.can ? { type: 'own', script, edited: false } : say(state.why);
}

function stopBackground({ background }: SessionState, number: number, { typed }: Words): Deed {
  const running = background[number - 1];
  return running ? send({ type: 'stop-background', command: running.command }) : say(typed.noBackgroundNumber(number));
}

function answerOf(text: string, session: SessionState): Deed | undefined {
  const next = nextOf(session);
  if (next?.type !== 'answer') return undefined;
  const question = taskOf(session)?.questions.find(({ id }) => id === next.question);
  const index = choiceKeys.indexOf(text);
  const choice = index < 0 ? undefined : question?.choices[index];
  return choice && send({ type: 'answer', question: next.question, choice: choice.id });
}

function deedFor(action: KeyAction, session: SessionState, words: Words): Deed {
  const { typed, search } = words;
  switch (action) {
    case 'proceed':
      return send({ type: 'proceed' });
    case 'verify':
      return send({ type: 'verify' });
    case 'hint':
      return send({ type: 'hint' });
    case 'explain': {
      const about = aboutNow(session);
      return about ? { type: 'explain', about } : say(words.explain.nothing);
    }
    case 'skip':
      return send({ type: 'skip-command' });
    case 'edit':
      return { type: 'ask', edited: true, words: typed.typeOrLeave };
    case 'own-command':
      return { type: 'ask', edited: false, words: typed.typeYours };
    case 'previous-task':
      return send({ type: 'open-task', taskIndex: session.taskIndex - 1 });
    case 'next-task':
      return send({ type: 'open-task', taskIndex: session.taskIndex + 1 });
    case 'map':
      return { type: 'lessons' };
    case 'undo':
    case 'redo':
    case 'replay':
      return { type: 'way-back', way: action };
    case 'changes':
      return { type: 'way-back', way: 'look' };
    case 'traffic':
    case 'background':
    case 'page':
    case 'shell':
    case 'help':
    case 'glossary':
    case 'review':
    case 'hand':
    case 'share':
    case 'catch-up':
    case 'quit':
      return { type: action };
    case 'fields':
      return { type: 'fields', path: '' };
    case 'search':
      return say(search.howToSpeak);
    case 'copy':
      return say(typed.noClipboard);
    default:
      return say(typed.onlyOnScreen);
  }
}
