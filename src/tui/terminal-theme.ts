import type { ScreenOptions, ThemeChoice } from './app-port.ts';
import { asciiGlyphs, type Background, type ColourDepth, type Theme, unicodeGlyphs } from './view/theme.ts';

/** What the terminal can show, read from its environment and asked of itself. Does not draw. */

type Environment = ScreenOptions['environment'];

/** https://force-color.org, with the levels that Node and chalk know; `true` and the empty value are the first. */
const forced: Readonly<Record<string, ColourDepth>> = { '0': 'none', false: 'none', '2': '256', '3': 'true' };

/** FORCE_COLOR wins over NO_COLOR (https://no-color.org: any value but the empty one counts), as in Node itself. */
export function colourDepth(environment: Environment): ColourDepth {
  const force = environment['FORCE_COLOR'];
  if (force !== undefined) return forced[force] ?? 'basic';
  if (environment['NO_COLOR']) return 'none';
  const term = environment['TERM'] ?? '';
  if (/^(dumb|vt\d+)/.test(term)) return 'none';
  // Windows Terminal sets no COLORTERM and shows all colours.
  if (/^(truecolor|24bit)$/.test(environment['COLORTERM'] ?? '') || environment['WT_SESSION']) return 'true';
  if (/256|kitty|alacritty|ghostty|foot|wezterm/.test(term)) return '256';
  return 'basic';
}

/** POSIX: LC_ALL goes before LC_CTYPE before LANG. On Windows there is none, and terminals there speak UTF-8. */
export function isUtf8(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'];
  if (!locale) return environment['WT_SESSION'] !== undefined || environment['TERM_PROGRAM'] !== undefined;
  return /utf-?8/i.test(locale);
}

/** `rgb:RRRR/GGGG/BBBB` with one to four digits each; dark when its luma is under one half. */
export function backgroundOf(reply: string): Background | undefined {
  const match = /\u001b\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})/i.exec(reply);
  if (!match) return undefined;
  const [red = 0, green = 0, blue = 0] = match
    .slice(1, 4)
    .map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 ? 'dark' : 'light';
}

/** COLORFGBG is `foreground;background` in palette numbers (rxvt, Konsole). */
export function backgroundFromEnvironment(environment: Environment): Background | undefined {
  const number = /;(\d+)$/.exec(environment['COLORFGBG'] ?? '')?.[1];
  if (number === undefined) return undefined;
  return number === '7' || number === '15' ? 'light' : 'dark';
}

const deviceAttributes = /\u001b\[\?[\d;]*c/;
const anyReply = /\u001b\]11;[^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b\[\?[\d;]*c/g;

/**
 * Asks for the background (OSC 11), and for the device attributes, which every terminal answers: that answer ends the
 * wait where OSC 11 is unknown. Must be over before Ink reads, which would take the reply for typing. Wants raw mode.
 */
export function askBackground(
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  waitMs: number,
): Promise<Background | undefined> {
  return new Promise((resolve) => {
    let reply = '';
    const finish = () => {
      clearTimeout(timer);
      stdin.off('data', onData);
      stdin.pause();
      const typed = reply.replaceAll(anyReply, '');
      if (typed) stdin.unshift(Buffer.from(typed));
      resolve(backgroundOf(reply));
    };
    const onData = (chunk: Buffer | string) => {
      reply += chunk.toString();
      if (deviceAttributes.test(reply)) finish();
    };
    const timer = setTimeout(finish, waitMs);
    stdin.on('data', onData);
    stdin.resume();
    stdout.write('\u001b]11;?\u0007\u001b[c');
  });
}

/**
 * tmux and screen stand between: they answer for the device attributes themselves and may pass the other answer on later,
 * when it would be taken for typing.
 */
export function mayAsk({ TMUX, STY, TERM = '' }: Environment): boolean {
  return !TMUX && !STY && !/^(screen|tmux|linux)/.test(TERM);
}

const choices: readonly ThemeChoice[] = ['auto', 'dark', 'light', 'high-contrast', 'none'];

/** The option goes before MESHWALK_THEME; what is none of the themes counts as not said. */
export function themeChoice(option: ThemeChoice | undefined, environment: Environment): ThemeChoice {
  return option ?? choices.find((choice) => choice === environment['MESHWALK_THEME']) ?? 'auto';
}

export async function chooseTheme(options: ScreenOptions): Promise<Theme> {
  const { environment, stdin, stdout } = options;
  const choice = themeChoice(options.theme, environment);
  const depth = choice === 'none' ? 'none' : colourDepth(environment);
  const glyphs = options.ascii || !isUtf8(environment) ? asciiGlyphs : unicodeGlyphs;
  const isStrong = choice === 'high-contrast';
  if (choice === 'dark' || choice === 'light') return { background: choice, depth, glyphs };
  const hasShades = depth === 'true' || depth === '256';
  const asked = hasShades && mayAsk(environment) ? await askBackground(stdin, stdout, 200) : undefined;
  return { background: asked ?? backgroundFromEnvironment(environment) ?? 'dark', depth, glyphs, isStrong };
}

/** Nothing on the screen moves by itself: MESHWALK_REDUCED_MOTION=1 says so where no option does. */
export const wantsReducedMotion = (option: boolean | undefined, environment: Environment): boolean =>
  option ?? (environment['MESHWALK_REDUCED_MOTION'] ?? '0') !== '0';
