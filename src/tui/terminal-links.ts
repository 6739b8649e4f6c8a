import type { ScreenOptions } from './app-port.ts';

/**
 * Whether the terminal shows OSC 8 hyperlinks, by what its environment says. There is no sequence that asks for it, and
 * where it is not known the address stands in the text, which every terminal shows.
 */
type Environment = ScreenOptions['environment'];

/** `3.4a` is 3.4. */
function isFrom(version: string | undefined, major: number, minor: number): boolean {
  const [, found = '0', more = '0'] = /^(?:next-)?(\d+)(?:\.(\d+))?/.exec(version ?? '') ?? [];
  return Number(found) > major || (Number(found) === major && Number(more) >= minor);
}

/** The first version of each program that has them; undefined for all versions that are still in use. */
const programs: Readonly<Record<string, readonly [number, number] | undefined>> = {
  'iTerm.app': [3, 1],
  tmux: [3, 4],
  vscode: [1, 72],
  WezTerm: undefined,
  ghostty: undefined,
  Hyper: undefined,
  rio: undefined,
  zed: undefined,
};

export function showsHyperlinks(environment: Environment): boolean {
  const { TERM = '', TERM_PROGRAM = '', TERM_PROGRAM_VERSION } = environment;
  const forced = environment['FORCE_HYPERLINK'];
  if (forced) return forced !== '0';
  // Without a style nobody would see that a word is a link.
  if (environment['NO_COLOR'] || /^(?:dumb|linux|vt\d+)$/.test(TERM)) return false;
  if (Object.hasOwn(programs, TERM_PROGRAM)) {
    const first = programs[TERM_PROGRAM];
    return first === undefined || isFrom(TERM_PROGRAM_VERSION, ...first);
  }
  // Inside of a multiplexer the other variables tell about the terminal around it. GNU screen drops OSC 8.
  if (environment['TMUX'] || environment['STY'] || /^(?:screen|tmux)/.test(TERM)) return false;
  if (environment['WT_SESSION'] || environment['KITTY_WINDOW_ID'] || environment['DOMTERM']) return true;
  if (/kitty|alacritty|foot|ghostty|wezterm|contour/.test(TERM)) return true;
  // VTE 0.50.0 breaks down over them: https://bugzilla.gnome.org/show_bug.cgi?id=788028
  const vte = Number(environment['VTE_VERSION'] ?? 0);
  return vte > 5000 || Number(environment['KONSOLE_VERSION'] ?? 0) >= 201200;
}
