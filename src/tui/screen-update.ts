import type { Evidence } from '../classroom/protocol.ts';
import type { Question } from '../lesson/lesson.ts';
import type { Intent } from '../session/events.ts';
import { isGrave, taskOf } from '../session/next-step.ts';
import { type Recalled, reviewOf } from '../session/review.ts';
import type { SessionState } from '../session/state.ts';
import type { Way } from './app-port.ts';
import { inBackground } from './background-keys.ts';
import { inShare, openShare } from './class-keys.ts';
import { inEditor, pastedText } from './editor-keys.ts';
import { explainEdge, explainMoment, inExplanation, type Opened } from './explain-keys.ts';
import { inFields } from './field-keys.ts';
import { actionFor, type KeyAction } from './keymap.ts';
import { insert, lineEditor } from './line-editor.ts';
import { mapInk, onMap } from './map-keys.ts';
import { inReview } from './review-keys.ts';
import { withCardInView } from './screen-follow.ts';
import type { Overlay, Pane, ScreenModel } from './screen-model.ts';
import { clamp, movedBy, scrolled } from './scrolling.ts';
import { amongMatches, inFound, inReading, inSearch, openSearch } from './search-keys.ts';
import { openingView, trafficView } from './traffic-keys.ts';
import { actsUnseen, leavesSomething } from './unseen-keys.ts';
import { availability, pageOf } from './view/availability.ts';
import { choiceKeys } from './view/card.ts';
import { type ExplainSubject, subjectsOf } from './view/explain-screen.ts';
import { lessonLimit, listText, placeOf, type Scene, sceneOf, trafficText, type View } from './view/frame.ts';
import { isTooSmall, pageTowards, scrollLimit } from './view/layout.ts';
import { mapRows } from './view/map-screen.ts';
import { confirmLimit } from './view/panels.ts';
import { listHeight } from './view/window.ts';
import { nextOf, proposalOf } from './view/words.ts';
import { inWayBack, lookBack } from './way-back-keys.ts';

/** What keys do to the screen, and what they ask of the host. Pure; the store carries the acts out. */
export type Input =
  /** A key by its name in the keymap, or one character. */
  { type: 'key'; name: string } | { type: 'text'; text: string } | { type: 'paste'; text: string };

export type ScreenAct =
  | { type: 'send'; intent: Intent }
  | { type: 'open-lesson'; lesson: string; task?: string }
  | { type: 'back' }
  | { type: 'open-page'; url: string }
  | { type: 'watch-traffic' }
  | { type: 'recalled'; recalled: Recalled }
  | { type: 'complete'; text: string; cursor: number }
  | { type: 'explain'; subjects: readonly ExplainSubject[] }
  | { type: 'open-fields' }
  | { type: 'look-back'; way: Way }
  | { type: 'go-back' }
  | { type: 'turn-hand' }
  | { type: 'share'; evidence: Evidence; withState: boolean }
  | { type: 'pack-state' }
  | { type: 'catch-up' }
  | { type: 'copy'; text: string }
  | { type: 'shell' }
  | { type: 'suspend' }
  | { type: 'redraw' }
  | { type: 'quit' };

export interface Reaction {
  model: ScreenModel;
  acts: readonly ScreenAct[];
}

const only = (model: ScreenModel, ...acts: ScreenAct[]): Reaction => ({ model, acts });
const send = (intent: Intent): ScreenAct => ({ type: 'send', intent });
const withOverlay = (model: ScreenModel, overlay: Overlay): ScreenModel => ({ ...model, overlay });
const none: Overlay = { type: 'none' };

export function react(view: View, input: Input): Reaction {
  const fresh: View = { ...view, model: { ...view.model, refusal: undefined } };
  const { content, model } = fresh;
  if (model.overlay.type === 'editor') return inEditor(fresh, model.overlay, input) ?? everywhere(fresh, input);
  if (isTooSmall(view.size)) return only(model, ...actsUnseen(content, input));
  if (content.phase !== 'lesson') return whileWaiting(fresh, input);
  if (model.overlay.type === 'search') return inSearch(fresh, content.session, model.overlay, input);
  if (input.type === 'paste') return pasted(fresh, content.session, input.text);
  if (input.type === 'text') return only(model);
  return pressed(fresh, content.session, input.name);
}

function whileWaiting(view: View, input: Input): Reaction {
  const { content, model } = view;
  if (input.type !== 'key') return only(model);
  if (input.name === 'q' || input.name === 'ctrl-c') return only(model, { type: 'quit' });
  if (input.name === 'ctrl-z') return only(model, { type: 'suspend' });
  if (content.phase !== 'stopped') return only(model);
  if (input.name === 'enter') return only(model, { type: 'open-lesson', lesson: content.lesson });
  return input.name === 'escape' && content.back !== undefined ? only(model, { type: 'back' }) : only(model);
}

/** Pasted text is a command of the learner's; it waits on the command line and never runs by itself. */
function pasted(view: View, session: SessionState, text: string): Reaction {
  const { model } = view;
  if (model.overlay.type !== 'none' || session.status === 'running' || session.status === 'confirming')
    return only(model);
  const editor = insert(lineEditor('', model.history), pastedText(text));
  return only(withOverlay(model, { type: 'editor', purpose: 'own', editor }));
}

const everywhere = (view: View, input: Input): Reaction => {
  const action = input.type === 'key' ? actionFor(input.name, 'editor') : undefined;
  return action ? general(view, action) : only(view.model);
};

/** Keys that mean the same in every place. */
function general(view: View, action: KeyAction): Reaction {
  if (action === 'suspend') return only(view.model, { type: 'suspend' });
  if (action === 'redraw') return only(view.model, { type: 'redraw' });
  return only(view.model);
}

function pressed(view: View, session: SessionState, key: string): Reaction {
  const { model } = view;
  const place = placeOf(view);
  const digit = /^[1-9]$/.test(key) ? Number(key) : 0;
  if (place === 'background' && digit > 0) return stopBackground(view, session, digit);
  const choice = place === 'lesson' ? choiceOf(session, key) : undefined;
  if (choice) {
    const marked = { ...view, model: { ...model, choice } };
    return only(withCardInView(marked, session, { ...view, session }));
  }
  const action = actionFor(key, place);
  if (place === 'review') return inReview(view, key, action) ?? (action ? general(view, action) : only(model));
  if (!action) return only(model);
  switch (place) {
    case 'lesson':
      return inLesson(view, session, action);
    case 'confirm':
      return onCard(view, session, action, key);
    case 'map':
      return onMap(view, session, action) ?? general(view, action);
    case 'traffic':
      return inTraffic(view, session, action);
    case 'explain':
      return inExplain(view, session, action);
    case 'way-back':
    case 'changes':
      return inWayBack(view, action) ?? general(view, action);
    case 'share':
      return inShare(view, action) ?? general(view, action);
    case 'glossary':
    case 'help':
      return inList(view, session, action);
    case 'background':
      return inBackground(model, session, action) ?? general(view, action);
    case 'found':
    case 'fields':
    case 'reading':
      return inLibrary(view, session, action);
    case 'quit':
      return onQuit(view, action);
    case 'editor':
    case 'search':
      return only(model);
  }
}

function dueQuestion(session: SessionState): Question | undefined {
  const next = nextOf(session);
  if (next?.type !== 'answer') return undefined;
  return taskOf(session)?.questions.find((question) => question.id === next.question);
}

function choiceOf(session: SessionState, key: string): string | undefined {
  const question = dueQuestion(session);
  if (!question) return undefined;
  const letter = choiceKeys.indexOf(key);
  const index = letter >= 0 ? letter : /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  return question.choices[index]?.id;
}

function stopBackground(view: View, session: SessionState, digit: number): Reaction {
  const running = session.background[digit - 1];
  if (!running) return only(view.model);
  return only(withOverlay(view.model, none), send({ type: 'stop-background', command: running.command }));
}

function inLesson(view: View, session: SessionState, action: KeyAction): Reaction {
  const scene = sceneOf(view, session);
  const { model } = view;
  if (action === 'interrupt') return interrupt(model, session);
  const may = availability(action, scene.moment);
  if (!may.can) return only({ ...model, refusal: may.why });
  const moved = scrolled(view, scene, action);
  if (moved) return only(moved, ...(session.notice ? [send({ type: 'dismiss-notice' })] : []));
  switch (action) {
    case 'proceed':
      return proceed(view, scene);
    case 'verify':
      return only(model, send({ type: 'verify' }));
    case 'hint':
      return only(model, send({ type: 'hint' }));
    case 'explain':
      return explaining(explainMoment(view, session));
    case 'skip':
      return only(model, send({ type: 'skip-command' }));
    case 'edit':
      return openEditor(model, session);
    case 'own-command':
      return only(withOverlay(model, { type: 'editor', purpose: 'own', editor: lineEditor('', model.history) }));
    case 'shell':
      return only(model, { type: 'shell' });
    case 'map': {
      const rows = mapRows(view.course, session, mapInk(view));
      const here = rows.findIndex(
        (row) => row.lesson.id === session.lesson.id && (row.task?.index ?? -1) === session.taskIndex,
      );
      return only(withOverlay(model, { type: 'map', row: Math.max(0, here) }));
    }
    case 'undo':
    case 'redo':
    case 'replay':
      return lookBack(model, action);
    case 'changes':
      return lookBack(model, 'look');
    case 'glossary':
      return only(withOverlay(model, { type: 'glossary', top: 0 }));
    case 'search':
      return openSearch(view);
    case 'fields':
      return only(withOverlay(model, { type: 'fields', manifest: 0, line: undefined, top: 0 }), {
        type: 'open-fields',
      });
    case 'next-match':
    case 'previous-match':
    case 'end-search':
      return amongMatches(view, session, action);
    case 'review':
      return only(withOverlay(model, { type: 'review', review: reviewOf(view.recall), top: 0 }));
    case 'copy':
      return copy(view, session);
    case 'hand':
      return only(model, { type: 'turn-hand' });
    case 'share':
      return openShare(view);
    case 'catch-up':
      return only(model, { type: 'catch-up' });
    case 'traffic':
      return only(withOverlay(model, { type: 'traffic', view: openingView }), { type: 'watch-traffic' });
    case 'previous-task':
      return only(model, send({ type: 'open-task', taskIndex: session.taskIndex - 1 }));
    case 'next-task':
      return only(model, send({ type: 'open-task', taskIndex: session.taskIndex + 1 }));
    case 'background':
      return only(withOverlay(model, { type: 'background', row: 0, isOpen: false, below: 0 }));
    case 'page': {
      const url = pageOf(session);
      return url ? only(model, { type: 'open-page', url }) : only(model);
    }
    case 'focus':
      return only({ ...model, focus: nextPane(scene, model) });
    case 'zoom':
      return only({ ...model, zoomed: !model.zoomed });
    case 'help':
      return only(withOverlay(model, { type: 'help', top: 0 }));
    case 'quit':
      return leavesSomething(session) ? only(withOverlay(model, { type: 'quit' })) : only(model, { type: 'quit' });
    default:
      return general(view, action);
  }
}

/** Ctrl-C stops what runs; with nothing to stop it asks whether to quit. */
function interrupt(model: ScreenModel, session: SessionState): Reaction {
  if (session.status === 'running' || session.status === 'verifying') return only(model, send({ type: 'interrupt' }));
  return only(withOverlay(model, { type: 'quit' }));
}

/** Enter: first into view, then into action. Nothing runs that was not seen. */
function proceed(view: View, scene: Scene): Reaction {
  const { model } = view;
  const { session, layout, moment } = scene;
  const next = nextOf(session);
  const { due } = layout.lesson;
  if (due && !moment.isCardSeen && next && next.type !== 'verify') {
    const { height } = layout.boxes.lesson;
    if (height === 0) return only({ ...model, zoomed: false, focus: 'lesson' });
    const top = Math.min(model.scroll.lesson, lessonLimit(layout));
    const page = pageTowards(due, height, top);
    return only({ ...model, focus: 'lesson', scroll: { ...model.scroll, lesson: clamp(page, lessonLimit(layout)) } });
  }
  if (next?.type === 'answer' && model.choice) {
    // The mark stays until the session took the answer, or a frame between would show the question unanswered.
    return only(model, send({ type: 'answer', question: next.question, choice: model.choice }));
  }
  return only(model, send({ type: 'proceed' }));
}

/** The command that Enter is about, else the one that ran last. */
function copy({ model, words }: View, session: SessionState): Reaction {
  const next = nextOf(session);
  const script = next?.type === 'run' ? next.proposal.script : session.lastRun?.script;
  if (script === undefined) return only({ ...model, refusal: words.availability.nothingToCopy });
  // A terminal does not say whether it took it.
  return only({ ...model, refusal: words.availability.copied }, { type: 'copy', text: script.replace(/\n+$/, '') });
}

function openEditor(model: ScreenModel, session: SessionState): Reaction {
  const proposal = proposalOf(session);
  if (!proposal) return only(model);
  const editor = lineEditor(proposal.script.replace(/\n+$/, ''), model.history);
  return only(withOverlay(model, { type: 'editor', purpose: proposal.command ? 'edit' : 'own', editor }));
}

function onCard(view: View, session: SessionState, action: KeyAction, key: string): Reaction {
  const { model } = view;
  if (session.status !== 'confirming') return only(model);
  switch (action) {
    case 'yes':
      if (key === 'enter' && isGrave(session.proposal)) {
        return only({ ...model, refusal: view.words.availability.grave });
      }
      return only({ ...model, cardTop: 0 }, send({ type: 'confirm' }));
    case 'no':
    case 'interrupt':
      return only({ ...model, cardTop: 0 }, send({ type: 'decline' }));
    case 'edit':
      return openEditor(model, session);
    case 'quit':
      return leavesSomething(session) ? only(withOverlay(model, { type: 'quit' })) : only(model, { type: 'quit' });
    default: {
      const { panelInk } = sceneOf(view, session);
      const limit = confirmLimit(session, panelInk);
      const moved = movedBy(action, model.cardTop, panelInk.height - 3, limit);
      return moved === undefined ? general(view, action) : only({ ...model, cardTop: moved });
    }
  }
}

const explaining = ({ model, subjects }: Opened): Reaction =>
  subjects.length > 0 ? only(model, { type: 'explain', subjects }) : only(model);

function inExplain(view: View, session: SessionState, action: KeyAction): Reaction {
  const { model } = view;
  if (model.overlay.type !== 'explain') return only(model);
  if (action === 'explain') return only(model, { type: 'explain', subjects: subjectsOf(model.overlay.about, session) });
  const moved = inExplanation(view, session, model.overlay, action);
  return moved ? only(moved) : general(view, action);
}

function inTraffic(view: View, session: SessionState, action: KeyAction): Reaction {
  const { model } = view;
  if (model.overlay.type !== 'traffic') return only(model);
  if (action === 'close' || action === 'interrupt') return only(withOverlay(model, none));
  if (action === 'explain') return explaining(explainEdge(view, session));
  const { limit } = trafficText(view, model.overlay.view);
  const history = view.traffic ?? { graphs: [], trouble: undefined };
  const next = trafficView(model.overlay.view, action, history, limit);
  return next ? only(withOverlay(model, { type: 'traffic', view: next })) : general(view, action);
}

function inList(view: View, session: SessionState, action: KeyAction): Reaction {
  const { model, size } = view;
  const { overlay } = model;
  if (overlay.type !== 'help' && overlay.type !== 'glossary') return only(model);
  if (action === 'close' || action === 'interrupt') return only(withOverlay(model, none));
  const height = listHeight(size);
  const limit = scrollLimit(listText(view, session, overlay.type).lines.length, height);
  const top = movedBy(action, clamp(overlay.top, limit), height, limit);
  return top === undefined ? general(view, action) : only(withOverlay(model, { ...overlay, top }));
}

function inLibrary(view: View, session: SessionState, action: KeyAction): Reaction {
  const { overlay } = view.model;
  if (action === 'suspend' || action === 'redraw') return general(view, action);
  if (overlay.type === 'found') return inFound(view, session, overlay, action);
  if (overlay.type === 'fields') return inFields(view, overlay, action);
  return overlay.type === 'reading' ? inReading(view, overlay, action) : only(view.model);
}

function onQuit(view: View, action: KeyAction): Reaction {
  if (action === 'yes' || action === 'interrupt') return only(view.model, { type: 'quit' });
  return action === 'no' ? only(withOverlay(view.model, none)) : general(view, action);
}

function nextPane(scene: Scene, model: ScreenModel): Pane {
  const { boxes } = scene.layout;
  const order: readonly Pane[] = ['lesson', 'output', 'check'];
  const shown = order.filter((pane) => boxes[pane].height > 0 || boxes[pane].isFolded || model.zoomed);
  return shown[(shown.indexOf(model.focus) + 1) % shown.length] ?? 'lesson';
}
