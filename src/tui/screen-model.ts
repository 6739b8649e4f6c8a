import type { Evidence } from '../classroom/protocol.ts';
import type { Found } from '../lesson/search.ts';
import type { Review } from '../session/review.ts';
import type { CompletionMenu } from './completion-keys.ts';
import type { LineEditor } from './line-editor.ts';
import type { About } from './view/explain-screen.ts';
import type { FieldsView } from './view/fields-screen.ts';
import type { TrafficView } from './view/traffic/traffic-screen.ts';
import type { WayBackView } from './way-back-keys.ts';

/** What the screen remembers beside the session: where one scrolled to, what is open. Plain data, kept outside React. */
export type Pane = 'lesson' | 'output' | 'check';

export type Overlay =
  | { type: 'none' }
  /** `edit` changes the lesson's command, `own` is the learner's. */
  | { type: 'editor'; purpose: 'edit' | 'own'; editor: LineEditor; menu?: CompletionMenu }
  | { type: 'map'; row: number }
  | { type: 'traffic'; view: TrafficView }
  /** `back` is where Esc leads. */
  | { type: 'explain'; about: About; top: number; back: Overlay }
  | { type: 'way-back'; view: WayBackView }
  | { type: 'share'; evidence: Evidence; withState: boolean; top: number }
  | { type: 'glossary'; top: number }
  /** `found` is what all lessons have of it. */
  | { type: 'search'; editor: LineEditor; found: readonly Found[] }
  | FoundList
  /** A lesson that is only read; `at` is the match shown last. */
  | { type: 'reading'; lesson: string; top: number; at: number; from: FoundList }
  | { type: 'review'; review: Review; top: number }
  | ({ type: 'fields' } & FieldsView)
  | { type: 'help'; top: number }
  /** `isOpen` shows what the marked command said; `below` are lines under the window. */
  | { type: 'background'; row: number; isOpen: boolean; below: number }
  | { type: 'quit' };

export interface FoundList {
  type: 'found';
  words: string;
  found: readonly Found[];
  row: number;
}

export interface ScreenModel {
  overlay: Overlay;
  focus: Pane;
  /** The chosen pane has the whole body. */
  zoomed: boolean;
  /** Rows above the window; of the output, rows below it, so that 0 follows new lines. */
  scroll: Readonly<Record<Pane, number>>;
  /** Rows of the card's script above the window, while the card asks. */
  cardTop: number;
  /** The choice marked for the question that is due. */
  choice: string | undefined;
  /** What is marked in the lesson, and which match was shown last. */
  search: { words: string; at: number } | undefined;
  /** Why the last key did nothing; goes with the next key. */
  refusal: string | undefined;
  /** Scripts of the command line, oldest first. */
  history: readonly string[];
  /** What the scroll positions belong to: `<lesson>/<task>`. */
  place: string;
}

export function screenModel(history: readonly string[]): ScreenModel {
  return {
    overlay: { type: 'none' },
    focus: 'lesson',
    zoomed: false,
    scroll: { lesson: 0, output: 0, check: 0 },
    cardTop: 0,
    choice: undefined,
    search: undefined,
    refusal: undefined,
    history,
    place: '',
  };
}

export interface Size {
  columns: number;
  rows: number;
}
