import type { Words } from '../../words/en.ts';
import type { ScreenContent, Stopped } from '../app-port.ts';
import type { Size } from '../screen-model.ts';
import { keyLine, ruleLine } from './bars.ts';
import type { View } from './frame.ts';
import { smallest } from './layout.ts';
import { emptyLine, type Line, span, toWidth, widthOf, wrap } from './spans.ts';
import { padded } from './window.ts';

/** What stands on the screen while no lesson can. Pure. */
type Waiting = Exclude<ScreenContent, { phase: 'lesson' }>;

/** Before a lesson can be shown: progress of the world, or what is in the way. */
export function waitingFrame(view: View, content: Waiting): Line[] {
  const { size, theme } = view;
  const { glyphs } = theme;
  const width = Math.max(8, size.columns - 2);
  const rows: Line[] =
    content.phase === 'preparing'
      ? [
          ...content.done.flatMap((sentence) =>
            wrap([span(sentence, 'dim')], width, [span(`${glyphs.passed} `, 'good')], [span('  ')]),
          ),
          ...wrap([span(content.doing)], width, [span(`${glyphs.notYet} `, 'warn')], [span('  ')]),
        ]
      : [
          ...wrap([span(content.what, content.asks === undefined ? 'bad' : 'warn')], width),
          emptyLine,
          ...wrap([span(content.why)], width),
          emptyLine,
          ...content.tryThis.flatMap((line) => wrap([span(line, 'code')], width, [span('  ')])),
        ];
  const title = content.phase === 'preparing' ? content.title : stoppedTitle(content, view.words);
  const height = size.rows - 3;
  const keys: Line =
    view.model.overlay.type === 'quit'
      ? keyLine('quit', undefined, size.columns, view.words)
      : toWidth(waitingKeys(content, view.words), size.columns);
  return [
    toWidth([span(' meshwalk', 'bar-strong')], size.columns, 'bar'),
    ruleLine([span(title, 'heading')], [], size.columns, glyphs),
    ...padded(rows.slice(-height), height, size.columns),
    keys,
  ];
}

const stoppedTitle = ({ asks }: Stopped, { frame }: Words): string =>
  asks === undefined ? frame.cannotBeOpened : frame.beforeOpening;

function waitingKeys(content: Waiting, { frame, keys }: Words): Line {
  const quit = [span('  '), span('q', 'key'), span(` ${frame.quit}`)];
  if (content.phase === 'preparing') return quit;
  const { asks = frame.tryAgain, back } = content;
  const leave = back === undefined ? [] : [span('  '), span(keys.named.escape, 'key'), span(` ${frame.back}`)];
  return [span('  '), span(keys.named.enter, 'key'), span(` ${asks}`), ...leave, ...quit];
}

/** As much of the sentence as there is room for: the size that is needed comes first. */
export function tooSmall(size: Size, { frame }: Words): Line[] {
  const written = ({ columns, rows }: Size) => `${columns}×${rows}`;
  const needed = written(smallest);
  const sentences = [frame.tooSmall(needed, written(size)), frame.enlargeTerminal(needed), frame.enlarge(needed)];
  const rowsOf = (sentence: string) => wrap([span(sentence)], Math.max(1, size.columns));
  const isWhole = (sentence: string) =>
    rowsOf(sentence).length <= size.rows && sentence.split(' ').every((word) => widthOf(word) <= size.columns);
  return rowsOf(sentences.find(isWhole) ?? needed);
}
