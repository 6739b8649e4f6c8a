import { InvalidArgumentError, Option } from 'commander';
import type { Pace } from '../sandbox/pace.ts';
import type { ThemeChoice } from '../tui/app-port.ts';
import type { Words } from '../words/en.ts';
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
  /** In the world cluster: which context of the kubeconfig. */
  context?: string;
  /** Agrees to the cluster, or to what it costs, without a terminal. */
  yes?: boolean;
  /** In the world aks: what lesson 1 makes, and who pays. */
  subscription?: string;
  group?: string;
  cluster?: string;
  region?: string;
  nodes?: number;
  nodeSize?: string;
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
export type SandboxOptions = Pick<CommonOptions, 'profile' | 'pace'> & { json?: boolean; azureScenario?: string };

export const worldOption = ({ usage }: Words) =>
  new Option('--world <world>', usage.options.world).choices(['sandbox', 'aks', 'cluster']).default('sandbox');
export const paceOption = ({ usage }: Words) =>
  new Option('--pace <pace>', usage.options.pace).choices(['real', 'brisk', 'instant']).default('brisk');
export const profileOption = ({ usage }: Words) =>
  new Option('--profile <name>', usage.options.profile).default('default');
export const contextOption = ({ usage }: Words) => new Option('--context <name>', usage.options.context);
export const lessonsOption = ({ usage }: Words) => new Option('--lessons <folder>', usage.options.lessons);
export const courseOption = ({ usage }: Words) => new Option('--course <name>', usage.options.course);
export const screenReaderOption = ({ usage }: Words) => new Option('--screen-reader', usage.options.screenReader);
export const themeOption = ({ usage }: Words) =>
  new Option('--theme <theme>', usage.options.theme).choices(['auto', 'light', 'dark', 'high-contrast', 'none']);
export const asciiOption = ({ usage }: Words) => new Option('--ascii', usage.options.ascii);
export const reducedMotionOption = ({ usage }: Words) => new Option('--reduced-motion', usage.options.reducedMotion);

/** Read before all other options, since help and mistakes are told in it too. */
export const languageOption = ({ usage }: Words) => new Option('--lang <language>', usage.options.language);

export const trustOption = ({ usage }: Words) => new Option('--trust', usage.options.trust);

/** What a learner may choose about a world that is their own. */
export const groundOptions = (words: Words): Option[] => {
  const { options } = words.usage;
  return [
    contextOption(words),
    new Option('--subscription <id>', options.subscription),
    new Option('--group <name>', options.group),
    new Option('--cluster <name>', options.cluster),
    new Option('--region <name>', options.region),
    new Option('--nodes <count>', options.nodes).argParser(wholeNumber(words)),
    new Option('--node-size <name>', options.nodeSize),
    new Option('--yes', options.yes),
  ];
};

/** Reads 0, 1, 2… */
export const wholeNumber =
  ({ usage }: Words) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError(usage.wrong.number);
    return number;
  };

/** What every way to a learner's screen takes: where lessons run, which they are, and how they are drawn. */
export const screenOptions = (words: Words): Option[] => [
  worldOption(words),
  paceOption(words),
  profileOption(words),
  courseOption(words),
  lessonsOption(words),
  trustOption(words),
  screenReaderOption(words),
  themeOption(words),
  asciiOption(words),
  reducedMotionOption(words),
  ...groundOptions(words),
];
