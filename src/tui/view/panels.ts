import { isGrave } from '../../session/next-step.ts';
import type { BackgroundCommand, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { WorldKind } from '../../world/world.ts';
import type { LineEditor } from '../line-editor.ts';
import type { ScreenModel } from '../screen-model.ts';
import { backgroundState, ruleLine } from './bars.ts';
import { scriptLines } from './card.ts';
import { costReminder } from './cost-reminder.ts';
import { bare, hardWrap } from './foreign-text.ts';
import { foresightLines } from './foresight-lines.ts';
import { emptyLine, type Line, type Span, span, toWidth, wrap } from './spans.ts';
import type { Glyphs } from './theme.ts';
import { effectMark, effectRoles } from './words.ts';

/** What rises from the bottom of the screen: the card that asks, the command line, the list of the background, the last question. */
export interface PanelInk {
  width: number;
  /** Rows it may take at most, its title included. */
  height: number;
  glyphs: Glyphs;
  words: Words;
  /** Milliseconds since the epoch. */
  now: number;
}

type Confirming = Extract<SessionState, { status: 'confirming' }>;

function consequence(session: Confirming, { panels, session: sessionWords }: Words): Line {
  const { proposal, world } = session;
  const place = [
    [sessionWords.placesInFull[world.kind], world.subscription].filter(Boolean).join(' '),
    world.context && panels.context(world.context),
  ]
    .filter(Boolean)
    .map((word) => bare(String(word)))
    .join(', ');
  if (!proposal.command || proposal.edited) {
    const whose = proposal.command ? panels.changedByYou : panels.yourOwn;
    return [span(`${whose}: `, 'info'), span(panels.mayDoAnything(place))];
  }
  const { effect } = proposal.command;
  const cost = world.costsMoney && effect === 'cloud' ? ` ${panels.canCost}` : '';
  const ask: Line = isGrave(proposal) ? [span(' '), span(panels.onlyY, 'bad')] : [];
  const does = panels.itDoes(sessionWords.effects[effect].does);
  return [span(does, effectRoles[effect]), span(` ${place}.${cost}`), ...ask];
}

function confirmTitle({ proposal }: Confirming, { glyphs, words }: PanelInk): Line {
  const { command } = proposal;
  const { panels } = words;
  if (!command || proposal.edited) return [span(command ? panels.runChanged : panels.runOwn, 'info')];
  const { effect } = command;
  const mark = `${effectMark(effect, glyphs)} ${words.session.effects[effect].word}`;
  return [span(`${panels.runThis} `, 'strong'), span(mark, effectRoles[effect])];
}

/** What can be scrolled: the command, and what it would change. */
function askedRows({ proposal, foresight }: Confirming, ink: PanelInk): Line[] {
  const width = ink.width - 2;
  const script = scriptLines(proposal.script, width);
  if (!foresight || foresight.status === 'waiting') return script;
  return [...script, emptyLine, ...foresightLines(foresight, { ...ink, width })];
}

export function confirmPanel(session: Confirming, top: number, ink: PanelInk): Line[] {
  const { width, height, glyphs, words } = ink;
  const script = askedRows(session, ink);
  const told = wrap(consequence(session, words), width - 2);
  const room = Math.max(1, height - told.length - 2);
  const from = Math.min(top, Math.max(0, script.length - room));
  const shown = script.slice(from, from + room);
  const more = script.length - from - shown.length;
  const aside =
    more > 0 || from > 0
      ? [from > 0 ? words.panels.rowsAbove(from) : '', more > 0 ? words.panels.rowsBelow(more) : '']
          .filter(Boolean)
          .map((text, index) => span(`${index > 0 ? ' ' : ''}${text}`, 'warn'))
      : [];
  return [
    ruleLine(confirmTitle(session, ink), aside, width, glyphs, true),
    ...shown.map((line) => [span(' '), ...line]),
    emptyLine,
    ...told.map((line) => [span(' '), ...line]),
  ].slice(0, height);
}

/** Rows of the script above those that the panel shows at most. */
export function confirmLimit(session: Confirming, ink: PanelInk): number {
  const words = wrap(consequence(session, ink.words), ink.width - 2);
  const script = askedRows(session, ink);
  return Math.max(0, script.length - Math.max(1, ink.height - words.length - 2));
}

/** The text with its cursor, cut into rows as wide as the panel; `at` is the row of the cursor. */
function editorRows(editor: LineEditor, width: number, first = '$ '): { rows: Line[]; at: number } {
  const rows: Line[] = [];
  let at = 0;
  let offset = 0;
  for (const [index, text] of editor.text.split('\n').entries()) {
    const column = editor.cursor - offset;
    const hasCursor = column >= 0 && column <= text.length;
    const under = hasCursor ? (firstGrapheme(text.slice(column)) ?? ' ') : '';
    const spans: Span[] = hasCursor
      ? [span(text.slice(0, column)), span(under, 'cursor'), span(text.slice(column + under.length))]
      : [span(text)];
    const prompt = span(index === 0 ? first : '> ', 'accent');
    const cut = hardWrap(
      spans.filter((piece) => piece.text !== ''),
      Math.max(4, width - 2),
    );
    for (const [part, line] of cut.entries()) {
      if (hasCursor && line.some((piece) => piece.role === 'cursor')) at = rows.length;
      rows.push([part === 0 ? prompt : span('  '), ...line]);
    }
    offset += text.length + 1;
  }
  return { rows, at };
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstGrapheme(text: string): string | undefined {
  for (const { segment } of graphemes.segment(text)) return segment;
  return undefined;
}

type EditorOverlay = Extract<ScreenModel['overlay'], { type: 'editor' }>;

/** Rows of a completion's menu at most. */
const tallestMenu = 6;

function menuRows({ menu }: EditorOverlay, { width, height, glyphs }: PanelInk): Line[] {
  if (!menu) return [];
  const room = Math.min(tallestMenu, Math.max(1, height - 2), menu.candidates.length);
  const from = Math.max(0, Math.min(menu.marked - Math.floor(room / 2), menu.candidates.length - room));
  return menu.candidates.slice(from, from + room).map((candidate, index) => {
    const isMarked = from + index === menu.marked;
    const text = span(bare(candidate), isMarked ? 'selected' : 'text');
    const count = isMarked ? [span(`  ${menu.marked + 1}/${menu.candidates.length}`, 'dim')] : [];
    return toWidth([span(isMarked ? `  ${glyphs.pointer} ` : '    ', 'accent'), text, ...count], width);
  });
}

export function editorPanel(overlay: EditorOverlay, world: WorldKind, ink: PanelInk): Line[] {
  const { editor, purpose } = overlay;
  const { width, height, glyphs } = ink;
  const { rows, at } = editorRows(editor, width - 2);
  const menu = menuRows(overlay, ink);
  const room = Math.max(1, height - 1 - menu.length);
  const from = Math.max(0, Math.min(at - room + 1, rows.length - room));
  const { panels } = ink.words;
  const title = purpose === 'edit' ? panels.changeCommand : panels.ownCommand;
  const entry =
    editor.entry < editor.history.length
      ? panels.history(editor.entry + 1, editor.history.length)
      : ink.words.session.placesInFull[world];
  const lines = editor.text.split('\n').length;
  // A paste of several lines is one command; how many there are stands where one looks before Enter.
  const aside = lines > 1 ? `${panels.pastedLines(lines)} ${glyphs.dot} ${entry}` : entry;
  return [
    ruleLine([span(title, 'accent')], [span(aside, 'dim')], width, glyphs, true),
    ...rows.slice(from, from + room).map((line) => [span(' '), ...line]),
    ...menu,
  ];
}

/** Matches in the text above are marked while one types; the panel says how many there are, here and elsewhere. */
export function searchPanel(
  { editor, found }: Extract<ScreenModel['overlay'], { type: 'search' }>,
  ink: PanelInk,
  here = 0,
  lesson = '',
): Line[] {
  const { width, glyphs, words } = ink;
  const inLesson = found.filter((one) => one.type === 'passage' && one.lesson === lesson).length;
  const aside = editor.text.trim() === '' ? [] : [span(words.search.counts(here, inLesson, found.length), 'dim')];
  const { rows, at } = editorRows(editor, width - 2, '/ ');
  return [
    ruleLine([span(words.search.title, 'accent')], aside, width, glyphs, true),
    ...rows.slice(at, at + 1).map((line) => [span(' '), ...line]),
  ];
}

type BackgroundOverlay = Extract<ScreenModel['overlay'], { type: 'background' }>;

/** Rows of the last line of each that the list shows. */
const lastShown = 2;

export function backgroundPanel(session: SessionState, overlay: BackgroundOverlay, ink: PanelInk): Line[] {
  const { width, height, glyphs, words } = ink;
  const chosen = Math.min(overlay.row, session.background.length - 1);
  const command = session.background[chosen];
  if (overlay.isOpen && command) return outputPanel(command, overlay.below, ink);
  const blocks = session.background.map((one, index): Line[] => [
    [
      span(index === chosen ? ` ${glyphs.pointer}` : '  ', 'accent'),
      span(`${index + 1} `, 'key'),
      span(`${bare(one.command)} `, 'strong'),
      ...backgroundState(one, glyphs, words),
    ],
    toWidth([span(`    $ ${bare(one.script.trim().split('\n')[0] ?? '')}`, 'code')], width),
    ...one.lastLines.slice(-lastShown).map((line): Line => [span(`    ${bare(line)}`, 'dim')]),
  ]);
  // The marked one is always among those that fit.
  const above = blocks.slice(0, chosen + 1).flat().length;
  const from = Math.max(0, above - (height - 1));
  const title: Line = [span(words.panels.inBackground, 'accent')];
  return [ruleLine(title, [], width, glyphs, true), ...blocks.flat().slice(from, from + height - 1)];
}

/** What one command said last, as much of it as is kept. */
function outputPanel(command: BackgroundCommand, below: number, { width, height, glyphs, words }: PanelInk): Line[] {
  const { lastLines } = command;
  const room = height - 1;
  const end = Math.max(Math.min(room, lastLines.length), lastLines.length - below);
  const shown = lastLines.slice(Math.max(0, end - room), end);
  const title = [span(`${bare(command.command)} `, 'accent'), ...backgroundState(command, glyphs, words)];
  const rows: Line[] =
    shown.length > 0 ? shown.map((line) => [span(` ${bare(line)}`)]) : [[span(` ${words.panels.saidNothing}`, 'dim')]];
  const position =
    lastLines.length > room ? [span(`${end - shown.length + 1}–${end} / ${lastLines.length}`, 'dim')] : [];
  return [ruleLine(title, position, width, glyphs, true), ...rows];
}

/** What goes on costing money, and the line that ends it. */
function costRows(session: SessionState | undefined, { width, words, now }: PanelInk): Line[] {
  if (!session?.world.cost) return [];
  const { sentence, end } = costReminder(session.world.kind, session.world.cost, now, words);
  return [
    ...wrap([span(sentence, 'warn')], width - 2).map((line): Line => [span(' '), ...line]),
    toWidth([span(`   $ ${end}`, 'code')], width),
  ];
}

export function quitPanel(session: SessionState | undefined, ink: PanelInk): Line[] {
  const runs = session?.status === 'running' ? [bare(session.run.script.split('\n')[0] ?? '')] : [];
  const background = (session?.background ?? [])
    .filter((command) => command.status !== 'ended')
    .map((command) => bare(command.command));
  const all = [...runs, ...background];
  const { panels } = ink.words;
  const running = all.length > 0 ? panels.stillRunning(all) : panels.nothingRunning;
  return [
    ruleLine([span(panels.quit, 'accent')], [], ink.width, ink.glyphs, true),
    ...wrap([span(`${running} ${panels.saved}`)], ink.width - 2).map((line) => [span(' '), ...line]),
    ...costRows(session, ink),
  ].slice(0, ink.height);
}

/** The panel of this moment; empty when nothing asks. */
export function panelLines(session: SessionState | undefined, model: ScreenModel, ink: PanelInk): Line[] {
  const { overlay } = model;
  switch (overlay.type) {
    case 'editor':
      return editorPanel(overlay, session?.world.kind ?? 'sandbox', ink);
    case 'background':
      return session ? backgroundPanel(session, overlay, ink) : [];
    case 'quit':
      return quitPanel(session, ink);
    case 'search':
      return searchPanel(overlay, ink);
    case 'found':
    case 'fields':
    case 'reading':
    case 'map':
    case 'way-back':
    case 'share':
    case 'traffic':
    case 'explain':
    case 'glossary':
    case 'review':
    case 'help':
      return [];
    case 'none':
      return session?.status === 'confirming' ? confirmPanel(session, model.cardTop, ink) : [];
  }
}
