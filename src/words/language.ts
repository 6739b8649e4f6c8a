import type { Findings } from './en/findings.ts';
import type { Words } from './en.ts';

/**
 * Which language the interface speaks, and where its words are. A language is a file and a folder beside this one and
 * a line in each table. Only the chosen one is loaded.
 */
export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** `de` of `de`, `de_AT.UTF-8`, `de-CH` and `DE`; undefined for what is not spoken here, `C` and `POSIX` included. */
export function languageNamed(name: string | undefined): Language | undefined {
  const word = /^[a-z]+/.exec((name ?? '').toLowerCase())?.[0];
  return languages.find((language) => language === word);
}

/**
 * The option goes before our own variable, that one before the locale's. The first that is set decides, as POSIX has it:
 * `LC_ALL=C LANG=de_DE` wants no German. What is not spoken here is answered in English.
 */
export function languageOf(option: string | undefined, environment: Environment): Language {
  const { MESHWALK_LANG, LC_ALL, LC_MESSAGES, LANG } = environment;
  return languageNamed(option || MESHWALK_LANG || LC_ALL || LC_MESSAGES || LANG) ?? 'en';
}

/** `--lang de` or `--lang=de` of a command line that nobody has read yet: its help speaks that language too. */
export function languageIn(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  return args[at] === '--lang' ? args[at + 1] : args[at]?.slice('--lang='.length);
}

const catalogues: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
};

export const loadWords = (language: Language): Promise<Words> => catalogues[language]();

const findings: Readonly<Record<Language, () => Promise<Findings>>> = {
  en: async () => (await import('./en/findings.ts')).findings,
  de: async () => (await import('./de/findings.ts')).findings,
};

/** What checks and explanations say, in the language of a catalogue. */
export const loadFindings = ({ language }: Pick<Words, 'language'>): Promise<Findings> =>
  findings[languageNamed(language) ?? 'en']();
