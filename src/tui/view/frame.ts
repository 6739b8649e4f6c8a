import type { TrafficHistory } from '../../check/traffic/history.ts';
import type { FieldDesk } from '../../lesson/fields/field-desk.ts';
import type { Term } from '../../lesson/glossary.ts';
import type { Library } from '../../lesson/library.ts';
import type { RecallQuestion } from '../../session/recall.ts';
import type { Review } from '../../session/review.ts';
import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { BackCard, ClassDesk, CourseEntry, ScreenContent } from '../app-port.ts';
import type { Place } from '../keymap.ts';
import type { Pane, ScreenModel, Size } from '../screen-model.ts';
import { isAsking } from '../way-back-keys.ts';
import type { Moment } from './availability.ts';
import { headerLine, isInTray, keyLine, momentLines, narrowBelow, ruleLine, trayLine } from './bars.ts';
import { classParts } from './class-bar.ts';
import { type About, type Explained, explainLines, explainTitle } from './explain-screen.ts';
import { fieldsRows } from './fields-screen.ts';
import { glossaryLines } from './glossary-screen.ts';
import { helpLines } from './help-screen.ts';
import {
  besideOf,
  isCardSeen,
  isSmall,
  isTooSmall,
  type Layout,
  layoutOf,
  readingWidth,
  scrollLimit,
} from './layout.ts';
import { lessonTitle } from './lesson-pane.ts';
import { libraryRows, searchLines } from './library-screens.ts';
import { mapLines, mapRows } from './map-screen.ts';
import { noOutput, outputWindow } from './output-pane.ts';
import { type PanelInk, panelLines, searchPanel } from './panels.ts';
import { type ReviewText, reviewText } from './review-screen.ts';
import { type Matches, matchesIn } from './search-marks.ts';
import { shareLines, shownShare } from './share-screen.ts';
import { emptyLine, type Line, span, toWidth } from './spans.ts';
import type { TextRows } from './text-rows.ts';
import type { Theme } from './theme.ts';
import { mapPane } from './traffic/map-pane.ts';
import { momentWords, type TrafficView, trafficLines } from './traffic/traffic-screen.ts';
import { tooSmall, waitingFrame } from './waiting-screen.ts';
import { wayBackText } from './way-back-screen.ts';
import { listHeight, matched, padded, position } from './window.ts';

/**
 * The whole screen as rows, from what the session says and what the learner scrolled to. Pure: the same input draws
 * the same frame. It does not know React, the terminal or time.
 */
export interface View {
  content: ScreenContent;
  model: ScreenModel;
  size: Size;
  theme: Theme;
  words: Words;
  course: readonly CourseEntry[];
  markdown: TextRows;
  glossary: readonly Term[];
  /** All lessons to search and to read; undefined where there are none. */
  library?: Library | undefined;
  /** The manifests whose fields were asked about last. */
  fields?: FieldDesk | undefined;
  /** Milliseconds since the epoch, for how long a command has run. */
  now: number;
  /** Nothing moves by itself: no seconds are counted, and the traffic is told in sentences. */
  isCalm?: boolean;
  /** Commands are shown as PowerShell takes them, too. */
  isWindows?: boolean;
  canOpenPages: boolean;
  /** The last minutes of the mesh, from the moment one first looked; undefined before, and where nobody can look. */
  traffic: TrafficHistory | undefined;
  /** What a review would ask; empty while none is due. */
  recall: readonly RecallQuestion[];
  /** Answers to what was asked to be explained, by subject. */
  explained: ReadonlyMap<string, Explained>;
  /** What undoing, redoing or the last task is about; undefined where nobody can tell. */
  back?: BackCard | undefined;
  /** The learner's seat in a class. */
  desk?: ClassDesk | undefined;
}

/** A lesson on the screen, measured: what drawing and keys both need. */
export interface Scene {
  session: SessionState;
  layout: Layout;
  moment: Moment;
  panel: readonly Line[];
  panelInk: PanelInk;
  /** The traffic map beside the lesson; empty where there is no room. */
  map: readonly Line[];
  /** Of the search, in the lesson's rows; undefined while nobody searches. */
  matches: Matches | undefined;
}

export function placeOf({ content, model, back }: Pick<View, 'content' | 'model' | 'back'>): Place {
  if (model.overlay.type === 'way-back') return isAsking(model.overlay.view, back) ? 'way-back' : 'changes';
  if (model.overlay.type !== 'none') return model.overlay.type;
  return content.phase === 'lesson' && content.session.status === 'confirming' ? 'confirm' : 'lesson';
}

/** On a small screen what asks may leave the lesson no more than its title. */
const panelHeight = (size: Size): number =>
  isSmall(size) ? Math.max(3, size.rows - 5) : Math.max(3, Math.floor(size.rows * 0.5));

export function sceneOf(view: View, session: SessionState): Scene {
  const { model, size, theme, markdown, course, now, words } = view;
  const panelInk = { width: size.columns, height: panelHeight(size), glyphs: theme.glyphs, words, now: view.now };
  const panel = panelLines(session, model, panelInk);
  // Header, the row of the moment, keys.
  const taken = 3 + panel.length + (session.background.some(isInTray) ? 1 : 0);
  const recall = view.recall.length;
  const map = mapPane(view.traffic, { ...size, width: besideOf(size), glyphs: theme.glyphs, words });
  const seconds = view.isCalm ? undefined : now;
  const layout = layoutOf({
    session,
    model,
    size,
    taken,
    theme,
    markdown,
    course,
    now: seconds,
    words,
    recall,
    isWindows: view.isWindows === true,
    takenBeside: map.length,
  });
  const moment = {
    session,
    model,
    isCardSeen: isCardSeen(layout, Math.min(model.scroll.lesson, lessonLimit(layout))),
    isFolded: Object.values(layout.boxes).some((box) => box.isFolded),
    canOpenPages: view.canOpenPages,
    recall: view.recall.length,
    isInClass: view.desk !== undefined,
    canCatchUp: view.desk?.canCatchUp ?? false,
    words,
  };
  const matches = model.search && matchesIn(layout.lesson.lines, model.search.words);
  const { overlay } = model;
  const counted =
    overlay.type === 'search' ? searchPanel(overlay, panelInk, matches?.rows.length, session.lesson.id) : panel;
  return { session, layout, moment, panel: counted, panelInk, map, matches };
}

export function lessonLimit(layout: Layout): number {
  return scrollLimit(layout.lesson.lines.length, layout.boxes.lesson.height);
}

function focused(model: ScreenModel, pane: Pane): boolean {
  return model.focus === pane && model.overlay.type === 'none';
}

function lessonRows(scene: Scene, view: View, width: number): Line[] {
  const { layout, session } = scene;
  const { height, isFolded } = layout.boxes.lesson;
  if (height === 0 && !isFolded) return [];
  const top = Math.min(view.model.scroll.lesson, lessonLimit(layout));
  const { lines } = layout.lesson;
  const place = isFolded ? '' : position(top, height, lines.length, view.words);
  const isFocused = focused(view.model, 'lesson');
  const at = view.model.search?.at ?? 0;
  return [
    ruleLine(
      [span(lessonTitle(session, view.words, width < narrowBelow), 'heading')],
      place ? [span(place, 'dim')] : [],
      width,
      view.theme.glyphs,
      isFocused,
    ),
    ...padded(matched(lines, top, { matches: scene.matches, at, mark: view.theme.glyphs.pointer }), height, width, ''),
  ];
}

function outputRows(scene: Scene, view: View, width: number): Line[] {
  const { output, boxes } = scene.layout;
  const { height, isFolded } = boxes.output;
  if (!output || (height === 0 && !isFolded)) return [];
  const state = span(scene.layout.shape === 'folded' ? output.brief : output.state, output.role);
  if (isFolded) return [ruleLine([span(output.title, 'strong')], [state], width, view.theme.glyphs)];
  const window = outputWindow(output.output, boxes.output.width, height, view.model.scroll.output);
  const { glyphs } = view.theme;
  const more = [
    window.above > 0 ? `${window.above} ${glyphs.up}` : '',
    window.below > 0 ? `${window.below} ${glyphs.down}` : '',
  ].filter(Boolean);
  const aside = [...(more.length > 0 ? [span(`${more.join(' ')} ${glyphs.dot} `, 'dim')] : []), state];
  const rows = window.rows.length > 0 ? window.rows : scene.session.status === 'running' ? [] : [noOutput(view.words)];
  return [
    ruleLine([span(output.title, 'strong')], aside, width, glyphs, focused(view.model, 'output')),
    ...padded(rows, height, width),
  ];
}

function checkRows(scene: Scene, view: View, width: number): Line[] {
  const { check, boxes } = scene.layout;
  const { height, isFolded } = boxes.check;
  if (!check || (height === 0 && !isFolded)) return [];
  const top = Math.min(view.model.scroll.check, scrollLimit(check.lines.length, height));
  const place = isFolded ? '' : position(top, height, check.lines.length, view.words);
  const aside = [...(place ? [span(`${place} ${view.theme.glyphs.dot} `, 'dim')] : []), span(check.count, 'strong')];
  const lines = check.lines.slice(top, top + height).map((line) => line);
  return [
    ruleLine([span(check.title, 'strong')], aside, width, view.theme.glyphs, focused(view.model, 'check')),
    ...padded(lines, height, width),
  ];
}

function bodyRows(scene: Scene, view: View): Line[] {
  const { layout } = scene;
  const { columns } = layout.size;
  if (layout.shape !== 'beside') {
    return [
      ...lessonRows(scene, view, columns),
      ...outputRows(scene, view, columns),
      ...checkRows(scene, view, columns),
    ];
  }
  const rightWidth = columns - layout.left - 1;
  const left = lessonRows(scene, view, layout.left);
  // The check is short and stays where it is while output comes.
  const right = [...checkRows(scene, view, rightWidth), ...outputRows(scene, view, rightWidth), ...scene.map];
  return left.map((line, index) => [
    ...line,
    span(view.theme.glyphs.vertical, 'rule'),
    ...(right[index] ?? toWidth(emptyLine, rightWidth)),
  ]);
}

/** The traffic map's text, and how far its window can go down. */
export function trafficText(view: View, shown: TrafficView): { lines: Line[]; height: number; limit: number } {
  const { size, theme, traffic, words } = view;
  const history = traffic ?? { graphs: [], trouble: undefined };
  const lines = trafficLines(history, shown, {
    width: size.columns - 2,
    glyphs: theme.glyphs,
    words,
    inSentences: view.isCalm ?? false,
  });
  const height = Math.max(1, size.rows - 3);
  return { lines, height, limit: scrollLimit(lines.length, height) };
}

function trafficRows(view: View, shown: TrafficView): Line[] {
  const { size, theme, traffic, words } = view;
  const { lines, height, limit } = trafficText(view, shown);
  const top = Math.min(shown.top, limit);
  const place = position(top, height, lines.length, words);
  const when = traffic ? momentWords(traffic, shown, words) : '';
  const aside = [span([place, when].filter(Boolean).join(` ${theme.glyphs.dot} `), 'dim')];
  return [
    ruleLine([span(words.frame.traffic, 'accent')], aside, size.columns, theme.glyphs, true),
    ...padded(lines.slice(top), height, size.columns),
  ];
}

/** Lists that have the whole screen and scroll. */
export function listText(
  view: View,
  session: SessionState,
  list: 'help' | 'glossary',
): { title: string; lines: Line[] } {
  const { size, theme, markdown, glossary, words } = view;
  const ink = { width: size.columns - 2, glyphs: theme.glyphs, markdown, words };
  return list === 'help'
    ? { title: words.frame.keysAndMarks, lines: helpLines(ink.width, ink.glyphs, words) }
    : { title: words.frame.glossary, lines: glossaryLines(glossary, session, ink) };
}

/** Questions are read at the measure of a lesson. */
export const reviewOn = ({ size, theme, words }: View, review: Review): ReviewText =>
  reviewText(review, { width: Math.min(readingWidth, size.columns - 2), glyphs: theme.glyphs, words });
export function explainText({ size, theme, words, explained }: View, session: SessionState, about: About): Line[] {
  return explainLines(about, session, { width: size.columns - 2, glyphs: theme.glyphs, words, explained });
}

function listRows({ size, theme, words }: View, title: string, lines: readonly Line[], from: number): Line[] {
  const height = listHeight(size);
  const top = Math.min(from, scrollLimit(lines.length, height));
  const place = position(top, height, lines.length, words);
  const aside = place ? [span(place, 'dim')] : [];
  return [
    ruleLine([span(title, 'accent')], aside, size.columns, theme.glyphs, true),
    ...padded(lines.slice(top), height, size.columns),
  ];
}

function lessonFrame(view: View, session: SessionState): Line[] {
  const { size, theme, model, words } = view;
  const { columns } = size;
  const inClass = classParts(view.desk?.now, view.now, words);
  const header = headerLine(session, view.course, columns, theme.glyphs, words, view.now, inClass);
  const place = placeOf(view);
  if (model.overlay.type === 'map') {
    const rows = mapRows(view.course, session, { width: columns, glyphs: theme.glyphs, words });
    const inner = { columns, rows: size.rows - 2 };
    return [
      header,
      ...mapLines(rows, model.overlay.row, inner, { glyphs: theme.glyphs, words }),
      keyLine(place, undefined, columns, words),
    ];
  }
  if (model.overlay.type === 'traffic') {
    return [header, ...trafficRows(view, model.overlay.view), keyLine(place, undefined, columns, words)];
  }
  if (model.overlay.type === 'way-back') {
    const { title, lines } = wayBackText(view, model.overlay.view);
    return [header, ...listRows(view, title, lines, model.overlay.view.top), keyLine(place, undefined, columns, words)];
  }
  if (model.overlay.type === 'share') {
    const lines = shareLines(shownShare(view.desk, model.overlay), { width: columns - 2, words });
    const rows = listRows(view, words.classroom.share.title, lines, model.overlay.top);
    return [header, ...rows, keyLine(place, undefined, columns, words)];
  }
  if (model.overlay.type === 'help' || model.overlay.type === 'glossary') {
    const { title, lines } = listText(view, session, model.overlay.type);
    return [header, ...listRows(view, title, lines, model.overlay.top), keyLine(place, undefined, columns, words)];
  }
  if (model.overlay.type === 'found' || model.overlay.type === 'reading') {
    return [header, ...libraryRows(view, model.overlay), keyLine(place, undefined, columns, words)];
  }
  if (model.overlay.type === 'review') {
    const { title, lines, enter } = reviewOn(view, model.overlay.review);
    return [
      header,
      ...listRows(view, title, lines, model.overlay.top),
      keyLine(place, undefined, columns, words, enter),
    ];
  }
  if (model.overlay.type === 'explain') {
    const { about, top } = model.overlay;
    const title = explainTitle(about, words);
    return [
      header,
      ...listRows(view, title, explainText(view, session, about), top),
      keyLine(place, undefined, columns, words),
    ];
  }
  if (model.overlay.type === 'fields') {
    const ink = { size, glyphs: theme.glyphs, words, glossary: view.glossary };
    return [header, ...fieldsRows(view.fields, model.overlay, ink), keyLine(place, undefined, columns, words)];
  }
  const scene = sceneOf(view, session);
  const tray = trayLine(session, columns, theme.glyphs, words);
  const below = [...(tray ? [tray] : []), ...scene.panel, emptyLine];
  const height = Math.max(0, size.rows - 2 - below.length);
  const body = bodyRows(scene, view).slice(0, height);
  const rows = [...body, ...Array.from({ length: height - body.length }, () => emptyLine), ...below];
  const most = model.overlay.type === 'editor' ? 1 : isSmall(size) ? tallestOnSmall : tallestMoment;
  const sentence = searchLines(scene, view, most) ?? momentLines(scene.moment, columns, theme.glyphs, most);
  // A long sentence covers the rows above it for as long as it stands: nothing moves under the learner's eyes.
  const shown = sentence.length > 0 ? [...rows.slice(0, -sentence.length), ...sentence] : rows;
  return [header, ...shown, keyLine(place, scene.moment, columns, words)];
}

/** Rows of a sentence about the moment: an instructor's message is the longest there is, and stands nowhere else. */
const tallestMoment = 6;
const tallestOnSmall = 3;

/** Exactly `size.rows` rows, none wider than the terminal. */
export function drawFrame(view: View): Line[] {
  const { size, content } = view;
  const lines = isTooSmall(size)
    ? tooSmall(size, view.words)
    : content.phase === 'lesson'
      ? lessonFrame(view, content.session)
      : waitingFrame(view, content);
  const rows = lines.slice(0, size.rows).map((line) => toWidth(line, size.columns));
  return [
    ...rows,
    ...Array.from({ length: Math.max(0, size.rows - rows.length) }, () => toWidth(emptyLine, size.columns)),
  ];
}
