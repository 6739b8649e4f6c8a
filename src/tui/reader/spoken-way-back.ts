import type { Words } from '../../words/en.ts';
import type { BackCard } from '../app-port.ts';
import { plain } from '../view/spans.ts';
import { wayBackLines } from '../view/way-back-screen.ts';
import { isAsking } from '../way-back-keys.ts';
import type { ToldLine } from './narration.ts';

/** Lines of text, whose width nobody sees. */
const width = 10_000;

/** What undoing, redoing or the last task is about, as lines: the list, the diff, and what to type. Pure. */
export function spokenWayBack(card: BackCard, words: Words): ToldLine[] {
  const lines = wayBackLines(card, { width, words })
    .map((line) => plain(line).trimEnd())
    .filter((text) => text !== '');
  const asks = card.way !== 'look' && isAsking(card, card) ? [words.wayBack.enterDoes[card.way]] : [];
  return [...lines, ...asks].map((text) => ({ text, isOutput: /^[-+@ ] /.test(text) }));
}
