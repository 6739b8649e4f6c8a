import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { de } from '../../src/words/de.ts';
import { en } from '../../src/words/en.ts';
import { literalsOf } from '../tools/string-literals.ts';
import { entriesOf, fragmentsOf } from './entries.ts';

const src = join(import.meta.dirname, '../../src');
const files = (folder: string): string[] =>
  readdirSync(join(src, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(src, join(entry.parentPath, entry.name)));

/** The same in both languages, and why. */
const equalOnPurpose = [
  /^keys\.named\./, // names on keyboards
  /^keys\.bindings\.(shell|traffic)\.label$/, // words that German engineers use
  /^(session\.(seconds|minutes)|courseMap\.minutes)$/, // units
  /^output\.ended$/, // only a comma
  /^traffic\.(mutualTls|service|percent|percentOf|rate)$/,
  /^charts\.(number|requests)$/,
  /^trace\.(title|size|spans|microseconds|milliseconds|seconds)$/,
  /^reader\.code$/,
  /^typed\.(enter|key)$/,
];

describe('the catalogues', () => {
  const english = entriesOf(en);
  const german = entriesOf(de);

  it('have the same entries in every language', () => {
    expect([...german.keys()].filter((path) => !english.has(path))).toEqual([]);
    expect([...english.keys()].filter((path) => !german.has(path))).toEqual([]);
  });

  it('say something in every entry, whatever it is given', () => {
    for (const [path, fragments] of [...english, ...german]) {
      if (path !== 'charts.number') expect(fragments.join('').trim(), path).not.toBe('');
      expect(fragments.join(''), path).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it('leave nothing English in German, unless both say it so', () => {
    const same = [...english].filter(([path, fragments]) => fragments.join('|') === german.get(path)?.join('|'));
    const unexplained = same.map(([path]) => path).filter((path) => !equalOnPurpose.some((known) => known.test(path)));
    expect(unexplained).toEqual([]);
  });

  it('say du in German and never Sie', () => {
    for (const [path, fragments] of german)
      expect(fragments.join(' '), path).not.toMatch(/\b(Sie|Ihr|Ihre[nrm]?|Ihnen)\b/);
  });

  it('hold no word that nobody says', () => {
    const code = ['tui', 'cli', 'session', 'check', 'lesson', 'world']
      .flatMap(files)
      .filter((file) => !file.startsWith('words'))
      .map((file) => readFileSync(join(src, file), 'utf8'))
      .join('\n');
    const isSaid = (name: string) => new RegExp(`(?:\\.|[{,]\\s*|')${name}\\b`).test(code);
    const dead = [...english.keys()].filter(
      (path) => !isSaid(path.split('.').findLast((part) => !/^(label|does|word)$/.test(part)) ?? path),
    );
    expect(dead).toEqual([]);
  });
});

/** Two words or more that no catalogue has, and why. */
const literalsKept: readonly { file: string; text: RegExp; why: string }[] = [
  { file: 'tui/view/waiting-screen.ts', text: /^ meshwalk$/, why: 'the name of the program' },
  { file: 'tui/view/entities.ts', text: /^nbsp iexcl /, why: 'names of HTML entities' },
];

describe('the sources of the screen', () => {
  const isWords = /[A-Za-z]{2,}[,.;:]? +[A-Za-z]{2,}/;
  const isSpanned = /\bspan\($/;
  const folders = ['tui/view', 'tui/components', 'tui/reader'];
  const found = [
    ...folders.flatMap(files),
    ...readdirSync(join(src, 'tui'))
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `tui/${name}`),
  ]
    .flatMap((file) =>
      literalsOf(readFileSync(join(src, file), 'utf8')).map((literal) => ({
        file: file.replaceAll('\\', '/'),
        ...literal,
      })),
    )
    .filter(({ text, before }) => isWords.test(text) || (isSpanned.test(before) && /[A-Za-z]{3,}/.test(text)));

  it('take their sentences from the catalogue', () => {
    const loose = found.filter(
      ({ file, text }) => !literalsKept.some((kept) => kept.file === file && kept.text.test(text)),
    );
    expect(loose.map(({ file, line, text }) => `${file}:${line} ${JSON.stringify(text)}`)).toEqual([]);
  });
});

describe('the scanner of literals', () => {
  it('tells strings from comments, patterns and code', () => {
    const source = [
      "// it's a comment 'not this'",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is read holds one
      "const a = 'one two'; /* 'nor this' */ const b = /'[/']x/.test(a) ? `three ${'four five'} six` : a / b;",
      "const c = { d: 'it\\'s' };",
    ].join('\n');
    expect(literalsOf(source).map(({ text, line }) => [text, line])).toEqual([
      ['one two', 2],
      ['four five', 2],
      ['three   six', 2],
      ["it's", 3],
    ]);
  });

  it('cuts the words of a catalogue entry at what it is given', () => {
    expect(fragmentsOf((name: string, count: number) => `Hello ${name}, ${count} times`)).toEqual([
      'Hello ',
      ', ',
      ' times',
    ]);
  });
});
