import { namespacedName } from '../check/explain/subject.ts';
import type { SessionState } from '../session/state.ts';
import type { KeyAction } from './keymap.ts';
import type { Overlay, ScreenModel } from './screen-model.ts';
import { clamp, movedBy } from './scrolling.ts';
import type { About, ExplainSubject } from './view/explain-screen.ts';
import { aboutNow, subjectsOf } from './view/explain-screen.ts';
import { explainText, type View } from './view/frame.ts';
import { scrollLimit } from './view/layout.ts';
import { chosenEdge } from './view/traffic/traffic-screen.ts';
import { listHeight } from './view/window.ts';

/** What keys do to explanations: from where they open, and how they scroll. Pure. */

type Explaining = Extract<Overlay, { type: 'explain' }>;

export interface Opened {
  model: ScreenModel;
  subjects: readonly ExplainSubject[];
}

const refused = (model: ScreenModel, why: string): Opened => ({ model: { ...model, refusal: why }, subjects: [] });

function opened(model: ScreenModel, about: About, session: SessionState): Opened {
  const back = model.overlay.type === 'explain' ? model.overlay.back : model.overlay;
  return {
    model: { ...model, overlay: { type: 'explain', about, top: 0, back } },
    subjects: subjectsOf(about, session),
  };
}

export function explainMoment({ model, words }: View, session: SessionState): Opened {
  const about = aboutNow(session);
  return about ? opened(model, about, session) : refused(model, words.explain.nothing);
}

/** The call that is marked on the traffic map. */
export function explainEdge({ model, words, traffic }: View, session: SessionState): Opened {
  const edge = model.overlay.type === 'traffic' && traffic ? chosenEdge(traffic, model.overlay.view) : undefined;
  const from = edge && namespacedName(edge.from);
  const to = edge && namespacedName(edge.service);
  return from && to
    ? opened(model, { type: 'call', call: { from, to } }, session)
    : refused(model, words.explain.noEdge);
}

/** Undefined when the key means nothing here. */
export function inExplanation(
  view: View,
  session: SessionState,
  overlay: Explaining,
  action: KeyAction,
): ScreenModel | undefined {
  const { model, size } = view;
  if (action === 'close' || action === 'interrupt') return { ...model, overlay: overlay.back };
  const height = listHeight(size);
  const limit = scrollLimit(explainText(view, session, overlay.about).length, height);
  const top = movedBy(action, clamp(overlay.top, limit), height, limit);
  return top === undefined ? undefined : { ...model, overlay: { ...overlay, top } };
}
