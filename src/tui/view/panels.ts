import { isGrave } from '../../session/next-step.ts';
import type { SessionState } from '../../session/state.ts';
import type { WorldKind } from '../../world/world.ts';
import type { LineEditor } from '../line-editor.ts';
import type { ScreenModel } from '../screen-model.ts';
import type { Words } from '../words/en.ts';
import { backgroundState, ruleLine } from './bars.ts';
import { scriptLines } from './card.ts';
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
}

type Confirming = Extract<SessionState, { status: 'confirming' }>;

function consequence(session: Confirming, { panels, session: sessionWords }: Words): Line {
  const { proposal, world } = session;
  const place = [
    sessionWords.placesInFull[world.kind],
    world.context && panels.context(world.context),
    world.subscription && panels.subscription(world.subscription),
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

export function editorPanel(editor: LineEditor, purpose: 'edit' | 'own', world: WorldKind, ink: PanelInk): Line[] {
  const { width, height, glyphs } = ink;
  const { rows, at } = editorRows(editor, width - 2);
  const room = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(at - room + 1, rows.length - room));
  const { panels } = ink.words;
  const title = purpose === 'edit' ? panels.changeCommand : panels.ownCommand;
  const entry =
    editor.entry < editor.history.length
      ? panels.history(editor.entry + 1, editor.history.length)
      : ink.words.session.placesInFull[world];
  return [
    ruleLine([span(title, 'accent')], [span(entry, 'dim')], width, glyphs, true),
    ...rows.slice(from, from + room).map((line) => [span(' '), ...line]),
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

export function backgroundPanel(session: SessionState, ink: PanelInk): Line[] {
  const { width, height, glyphs, words } = ink;
  const rows = session.background.flatMap((command, index): Line[] => {
    const last = command.lastLines.at(-1);
    return [
      [
        span(` ${index + 1} `, 'key'),
        span(`${bare(command.command)} `, 'strong'),
        ...backgroundState(command, glyphs, words),
      ],
      toWidth([span(`   $ ${bare(command.script.trim().split('\n')[0] ?? '')}`, 'code')], width),
      ...(last ? [[span(`   ${bare(last)}`, 'dim')]] : []),
    ];
  });
  const title: Line = [span(words.panels.inBackground, 'accent')];
  return [ruleLine(title, [span(words.panels.digitStops, 'dim')], width, glyphs, true), ...rows].slice(0, height);
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
  ].slice(0, ink.height);
}

/** The panel of this moment; empty when nothing asks. */
export function panelLines(session: SessionState | undefined, model: ScreenModel, ink: PanelInk): Line[] {
  const { overlay } = model;
  switch (overlay.type) {
    case 'editor':
      return editorPanel(overlay.editor, overlay.purpose, session?.world.kind ?? 'sandbox', ink);
    case 'background':
      return session ? backgroundPanel(session, ink) : [];
    case 'quit':
      return quitPanel(session, ink);
    case 'search':
      return searchPanel(overlay, ink);
    case 'found':
    case 'fields':
    case 'reading':
    case 'map':
    case 'way-back':
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
