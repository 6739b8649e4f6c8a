import { InvalidArgumentError, Option } from 'commander';
import type { Pace } from '../sandbox/pace.ts';
import type { ThemeChoice } from '../tui/app-port.ts';
import type { WorldKind } from '../world/world.ts';

/** Options that several subcommands share, read once and typed. */
export interface CommonOptions {
  world: WorldKind;
  pace: Pace;
  profile: string;
  lessons?: string;
  /** One beyond the first: a folder below lessons/. */
  course?: string;
  trust?: boolean;
  /** Append lines instead of drawing a screen. */
  screenReader?: boolean;
  theme?: ThemeChoice;
  ascii?: boolean;
  reducedMotion?: boolean;
}

/** What `meshwalk run` takes. */
export interface RunOptions extends CommonOptions {
  from?: number;
  to?: number;
  json?: boolean;
  prove?: boolean;
}

/** What `meshwalk sandbox …` takes. */
export type SandboxOptions = Pick<CommonOptions, 'profile' | 'pace'> & { json?: boolean };

export const worldOption = () =>
  new Option('--world <world>', 'where commands run').choices(['sandbox', 'aks', 'cluster']).default('sandbox');
export const paceOption = () =>
  new Option('--pace <pace>', 'how fast the sandbox pulls images and starts pods')
    .choices(['real', 'brisk', 'instant'])
    .default('brisk');
export const profileOption = () =>
  new Option('--profile <name>', 'whose progress, when several people share this account').default('default');
export const lessonsOption = () =>
  new Option('--lessons <folder>', 'a course of your own: a folder that holds lessons/ and manifests/');

export const courseOption = () =>
  new Option('--course <name>', 'lessons beyond the first course, which are in a folder of their own: more');

export const screenReaderOption = () =>
  new Option('--screen-reader', 'append lines instead of drawing a screen; ACCESSIBLE=1 does the same');

export const themeOption = () =>
  new Option('--theme <theme>', 'colours of the screen; auto asks the terminal (also MESHWALK_THEME)').choices([
    'auto',
    'light',
    'dark',
    'high-contrast',
    'none',
  ]);
export const asciiOption = () => new Option('--ascii', 'borders and marks of ASCII, as where the locale is not UTF-8');
export const reducedMotionOption = () =>
  new Option('--reduced-motion', 'nothing on the screen moves by itself (also MESHWALK_REDUCED_MOTION=1)');

/** Read before all other options, since help and mistakes are told in it too. */
export const languageOption = () => new Option('--lang <language>', 'the language of the interface: en, de');

export const trustOption = () =>
  new Option('--trust', 'run the commands of the lessons in --lessons without asking first');

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('It must be a whole number: 0, 1, 2…');
  return number;
}
