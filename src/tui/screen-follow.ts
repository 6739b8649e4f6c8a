import type { SessionState } from '../session/state.ts';
import type { Pane, ScreenModel } from './screen-model.ts';
import { lessonLimit, sceneOf, type View } from './view/frame.ts';
import { isCardSeen, isSmall } from './view/layout.ts';
import { nextOf } from './view/words.ts';

/** How the screen moves along when the session moves: the window goes where something new stands. Pure. */

export const placeName = (session: SessionState): string =>
  `${session.lesson.id}/${session.taskIndex}/${session.status === 'finished'}`;

/** What Enter is about, by name. */
function dueName(session: SessionState): string | undefined {
  const next = nextOf(session);
  if (next?.type === 'answer') return next.question;
  return next?.type === 'run' ? next.proposal.command?.name : undefined;
}

const lessonTop = (model: ScreenModel, lesson: number): ScreenModel => ({
  ...model,
  scroll: { ...model.scroll, lesson },
});

function reset(model: ScreenModel, place: string): ScreenModel {
  const overlay =
    model.overlay.type === 'editor' && model.overlay.purpose === 'own' ? model.overlay : { type: 'none' as const };
  return {
    ...model,
    place,
    overlay,
    focus: 'lesson',
    zoomed: false,
    choice: undefined,
    search: undefined,
    cardTop: 0,
    scroll: { lesson: 0, output: 0, check: 0 },
  };
}

/** The pane that the moment is about, from its start; where only one has room, it is opened. */
function withPane({ size }: View, model: ScreenModel, pane: Pane): ScreenModel {
  return { ...model, scroll: { ...model.scroll, [pane]: 0 }, ...(isSmall(size) && { focus: pane }) };
}

/** The model after the session went from `before` to what the view holds now. */
export function follow(view: View, before: SessionState | undefined): ScreenModel {
  const { content, model } = view;
  if (content.phase !== 'lesson')
    return { ...model, overlay: model.overlay.type === 'quit' ? model.overlay : { type: 'none' }, place: '' };
  const { session } = content;
  const place = placeName(session);
  if (place !== model.place) return reset(model, place);
  if (!before || before === session) return model;
  let next = model;
  // Why a key did nothing is old as soon as something happened; it must not stand before what is to be told now.
  if (session.status !== before.status || session.notice !== before.notice) next = { ...next, refusal: undefined };
  if (session.status === 'running' && before.status !== 'running') next = withPane(view, next, 'output');
  if (session.status === 'failed' && before.status !== 'failed') next = withPane(view, next, 'check');
  if (session.status === 'confirming' && before.status !== 'confirming') next = { ...next, cardTop: 0 };
  if (dueName(session) !== dueName(before) || session.progress.answers !== before.progress.answers)
    next = { ...next, choice: undefined };
  return toWhatIsNew({ ...view, model: next }, session, before);
}

/** The question whose explanation came up just now. */
function newlyExplained(session: SessionState, before: SessionState): string | undefined {
  return Object.keys(session.progress.answers).find(
    (id) => session.progress.answers[id]?.shown && !before.progress.answers[id]?.shown,
  );
}

/**
 * The window goes along with the card that Enter is about when the card or the panes around it grow: a key pressed at
 * that moment must not mean something else than the screen said.
 */
export function withCardInView(view: View, session: SessionState, was: View & { session: SessionState }): ScreenModel {
  const { model } = view;
  const { layout } = sceneOf(view, session);
  const { due } = layout.lesson;
  const { height } = layout.boxes.lesson;
  const limit = lessonLimit(layout);
  const top = Math.min(model.scroll.lesson, limit);
  if (!due || height === 0 || isCardSeen(layout, top)) return model;
  if (!sceneOf(was, was.session).moment.isCardSeen) return model;
  return lessonTop(model, Math.max(0, Math.min(due.to - height, limit)));
}

function toWhatIsNew(view: View, session: SessionState, before: SessionState): ScreenModel {
  const { model } = view;
  const hasNewHint = session.progress.hints > before.progress.hints;
  const explained = newlyExplained(session, before);
  const due = dueName(session);
  const was = dueName(before) ?? (before.status === 'running' ? before.run.command : undefined);
  if (!hasNewHint && !explained && due === was) return withCardInView(view, session, { ...view, session: before });
  const { layout } = sceneOf(view, session);
  const limit = lessonLimit(layout);
  const { hint, places } = layout.lesson;
  const top = Math.min(model.scroll.lesson, limit);
  if (hasNewHint && hint) return lessonTop({ ...model, focus: 'lesson' }, Math.min(hint.from, limit));
  const news = explained === undefined ? undefined : places.get(explained);
  if (news && (news.from < top || news.to > top + layout.boxes.lesson.height)) {
    return lessonTop(model, Math.min(news.from, limit));
  }
  if (session.status === 'running' || news || isCardSeen(layout, top)) return model;
  // On with the text after what was just done; the next card follows there.
  const last = was === undefined ? undefined : places.get(was);
  return last ? lessonTop(model, Math.min(last.to + 1, limit)) : model;
}
