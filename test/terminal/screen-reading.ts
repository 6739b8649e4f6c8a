// What a learner reads off the screen: its bars and panes, told apart by their rules, as plain text.
import { bare } from '../../src/tui/view/foreign-text.ts';

export interface PaneReading {
  /** The rule above the pane: title, then what stands at its right end. */
  rule: string;
  rows: readonly string[];
}

export interface ScreenReading {
  header: string;
  lesson: PaneReading;
  output: PaneReading | undefined;
  check: PaneReading | undefined;
  tray: string;
  /** What rose from the bottom: the card that asks, the command line, a list. */
  panel: PaneReading | undefined;
  moment: string;
  keys: string;
}

/** Without blanks and borders, so that text reads the same however it is wrapped. */
export const squash = (text: string): string => bare(text).replaceAll(/[\s│╭╮╰╯]/g, '');

export const rowsText = (pane: PaneReading | undefined): string => (pane?.rows ?? []).join('\n');

/** Side by side, the first rule is followed by a border and another rule. */
function borderOf(body: readonly string[]): number {
  const at = /─│─/.exec(body[0] ?? '')?.index;
  return at === undefined ? -1 : at + 1;
}

function panesOf(rows: readonly string[]): PaneReading[] {
  const panes: { rule: string; rows: string[] }[] = [];
  for (const row of rows) {
    if (row.startsWith('─ '))
      panes.push({ rule: row.replaceAll(/─+/g, ' ').replaceAll(/ {2,}/g, '  ').trim(), rows: [] });
    else panes.at(-1)?.rows.push(row);
  }
  return panes;
}

export function readScreen(screen: string): ScreenReading {
  const rows = screen.split('\n');
  const [header = '', ...rest] = rows;
  const body = rest.slice(0, -2);
  const tray = body.find((row) => row.startsWith(' Background')) ?? '';
  const border = borderOf(body);
  const isSplit = (row: string) => border > 0 && row[border] === '│';
  const left = body.filter(isSplit).map((row) => row.slice(0, border));
  const right = body.filter(isSplit).map((row) => row.slice(border + 1));
  const whole = body.filter((row) => !isSplit(row) && row !== tray);
  const panes = [...panesOf(left), ...panesOf(right), ...panesOf(whole)];
  const pane = (start: string) => panes.find(({ rule }) => rule.startsWith(start));
  const output = pane('Output: ');
  const check = pane('Check: ');
  // Beside a lesson on the widest screens; alone it is the whole screen.
  const map = border > 0 ? pane('Traffic') : undefined;
  const others = panes.filter((each) => each !== output && each !== check && each !== map);
  return {
    header,
    lesson: others[0] ?? { rule: '', rows: [] },
    output,
    check,
    tray,
    panel: others[1],
    moment: rows.at(-2) ?? '',
    keys: rows.at(-1) ?? '',
  };
}

/** What Enter does now, in the words of the key line; undefined while Enter does nothing. */
export const enterWord = ({ keys }: ScreenReading): string | undefined => /^ *Enter (.+?)(?: {2}|$)/.exec(keys)?.[1];
