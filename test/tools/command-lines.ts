// The command lines that the project shows to people: in lessons, README, catalogue and code.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { findings as de } from '../../src/words/de/findings.ts';
import { findings as en } from '../../src/words/en/findings.ts';
import { textOf, tokensOf, UnfinishedScript } from '../../src/world/foresight/shell-words.ts';
import { literalsOf } from './string-literals.ts';

const root = join(import.meta.dirname, '../..');

export interface CommandLine {
  /** `lessons/01-create-cluster.md` or `words: faultTexts.azure.login`. */
  where: string;
  /** The program and what follows it; a value that only a shell or a learner knows is `…`. */
  words: readonly string[];
}

/** All lines that start one of these programs. */
export function commandLines(...programs: readonly string[]): CommandLine[] {
  const found = [...markdownScripts(), ...saidScripts(), ...writtenScripts()];
  return found.flatMap(({ where, script }) =>
    commandsOf(script)
      // A program's name alone is only spoken of.
      .filter(([program, ...rest]) => programs.includes(program ?? '') && rest.length > 0)
      .map((words) => ({ where, words })),
  );
}

interface Script {
  where: string;
  script: string;
}

function markdownScripts(): Script[] {
  const files = ['README.md', ...below('lessons').filter((file) => file.endsWith('.md'))];
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
    const fences = [...text.matchAll(/^ *```(?:bash|sh)\b[^\n]*\n([\s\S]*?)^ *```/gm)].map((match) => match[1] ?? '');
    const twins = [...text.matchAll(/^ *```powershell\b[^\n]*\n([\s\S]*?)^ *```/gm)].map((match) =>
      asBash(match[1] ?? ''),
    );
    const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
    const spans = [...prose.matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? '').replaceAll('\n', ' '));
    return [...fences, ...twins, ...spans].map((script) => ({ where: file, script }));
  });
}

/** Near enough to find programs and their options in it: lines that go on do so by a backtick. */
const asBash = (powershell: string): string => powershell.replaceAll('`\n', '\\\n');

/** Lines to type in what Faults, findings and subcommands say, told with facts that mean nothing. */
function saidScripts(): Script[] {
  const scripts: Script[] = [];
  const walk = (value: unknown, path: string) => {
    if (typeof value === 'string')
      scripts.push(...linesIn(value).map((script) => ({ where: `words: ${path}`, script })));
    else if (typeof value === 'function') walk(value(...Array.from({ length: value.length }, () => anything)), path);
    else if (Array.isArray(value)) for (const item of value) walk(item, path);
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) walk(inner, `${path}.${name}`);
  };
  walk(en, 'en');
  walk(de, 'de');
  return scripts;
}

/** A text, a number and a list at once. */
const anything = Object.assign(['thing'], {
  [Symbol.toPrimitive]: (hint: string) => (hint === 'number' ? 1 : 'thing'),
  toString: () => 'thing',
});

/** The text itself, or what stands behind a colon: `See it: az account show`. Three blanks begin a remark. */
const linesIn = (text: string): string[] =>
  [...new Set([text, text.replace(/^[^`]*?: /, '')])]
    .flatMap((line) => line.split(/ {3}/)[0] ?? [])
    .filter((line) => /^(az|osm|kubectl) /.test(line));

function writtenScripts(): Script[] {
  const files = ['check', 'cli', 'preflight', 'session', 'world'].flatMap((folder) => below(`src/${folder}`));
  return files.flatMap((file) =>
    literalsOf(readFileSync(join(root, file), 'utf8'))
      .filter(({ text }) => /^(az|osm|kubectl) [a-z]/.test(text))
      // A hole in a template stands as blanks.
      .map(({ text, line }) => ({ where: `${file}:${line}`, script: text.replaceAll(/ {2,}| $/g, ' thing ') })),
  );
}

const below = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));

/** The simple commands of a script, those inside substitutions included. A script that is not closed has none. */
function commandsOf(script: string): string[][] {
  try {
    const commands: string[][] = [[]];
    for (const token of tokensOf(script)) {
      if (token.type === 'operator') commands.push([]);
      else {
        commands.at(-1)?.push(textOf(token.word) ?? '…');
        for (const part of token.word.parts)
          if (part.type === 'substitution') commands.unshift(...commandsOf(part.script));
      }
    }
    // `X=1 kubectl …`, `do kubectl …`, `! kubectl …`, and `$x = kubectl …` of PowerShell
    const isBefore = (word: string) => /^(\w+=.*|=|…|do|then|else|if|while|until|!|sudo|time)$/.test(word);
    return commands
      .map((words) => words.slice(words.findIndex((word) => !isBefore(word))))
      .filter(({ length }) => length > 0);
  } catch (error) {
    if (error instanceof UnfinishedScript) return [];
    throw error;
  }
}
