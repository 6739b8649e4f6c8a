import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Literal, literalsOf } from '../tools/string-literals.ts';
import { entriesOf, fragmentsOf } from './entries.ts';
import { everything } from './no-english.ts';

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
  /^cost\.elapsed$/, // units
  /^classPage\.(elapsed\..*|lead\.of)$/, // units and numbers
  /^output\.ended$/, // only a comma
  /^traffic\.(mutualTls|service|percent|percentOf|rate)$/,
  /^charts\.(number|requests)$/,
  /^trace\.(title|size|spans|microseconds|milliseconds|seconds)$/,
  /^reader\.code$/,
  /^typed\.(enter|key)$/,
  /^wayBack\.things\.shell$/,
  /^told\.solving\.blocked$/,
  /^preflight\.(groups\.(sandbox|azure|cluster)|azure\.(subscription|named|provider|versions|sized|quota)|cluster\.(named|mesh|found)|terminal\.what|port\.what|shell\.install\..*|network\.showProxy\..*)$/, // also lines to type
  /^chain\.(clientRoute\.either|titles\.(name|namespace|endpoints|server))$/,
  /^conditions\.waits\.(pod|told)$/,
  /^conditions\.(all|azureCluster\.(cluster|azureSays)|http\.status|kubeContext\.ready|trafficFlows\.status|trafficSplit\.share)$/,
];

const saysOnlyWhatItIsGiven = ['charts.number', 'conditions.all', 'chain.clientRoute.either', 'told.solving.blocked'];

describe('the catalogues', () => {
  const english = entriesOf(everything.en);
  const german = entriesOf(everything.de);

  it('have the same entries in every language', () => {
    expect([...german.keys()].filter((path) => !english.has(path))).toEqual([]);
    expect([...english.keys()].filter((path) => !german.has(path))).toEqual([]);
  });

  it('say something in every entry, whatever it is given', () => {
    for (const [path, fragments] of [...english, ...german]) {
      if (!saysOnlyWhatItIsGiven.includes(path)) expect(fragments.join('').trim(), path).not.toBe('');
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
    const code = readdirSync(src)
      .filter((name) => name !== 'words' && !name.includes('.'))
      .flatMap(files)
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
  { file: 'tui/view/cost-reminder.ts', text: /^meshwalk cleanup /, why: 'a line to type' },
  { file: 'tui/view/entities.ts', text: /^nbsp iexcl /, why: 'names of HTML entities' },
  { file: 'tui/view/change-title.ts', text: /^(Resource group|Managed cluster)$/, why: 'kinds, as data' },
  { file: 'cli/class-host.ts', text: /^meshwalk class$/, why: 'a name in a certificate' },
  { file: 'cli/lesson-starts.ts', text: /^(Resource group|Managed cluster)$/, why: 'kinds, as data' },
  { file: 'cli/traces.ts', text: /^variables and folder$/, why: 'a name, as data' },
  { file: 'cli/narrator.ts', text: /^finished already$/, why: 'JSON' },
  { file: 'cli/sandbox-by-hand.ts', text: /^export [A-Z_]+=/, why: 'lines for a shell' },
  { file: 'classroom/page/browser/main.ts', text: /^meshwalk class join/, why: 'a line to type' },
  { file: 'classroom/page/browser/learner-dialog.ts', text: /^meshwalk state open /, why: 'a line to type' },
  { file: 'preflight/install-lines.ts', text: /./, why: 'lines to type' },
  { file: 'preflight/machine.ts', text: /^Get-NetTCPConnection /, why: 'a line to type' },
  { file: 'check/answers.ts', text: /^kubeconfig, current-context$/, why: 'a file and its field' },
  { file: 'check/kinds/kube-context.ts', text: /^kubeconfig, current-context$/, why: 'a file and its field' },
  { file: 'check/expectation.ts', text: /^must be true; write /, why: 'told to authors' },
  { file: 'check/field-path.ts', text: /^spec\.backends/, why: 'examples of paths, told to authors' },
  { file: 'check/kinds/traffic-split.ts', text: /^Requests are shared among/, why: 'told to authors' },
  { file: 'check/run-check.ts', text: /^run-check: held$/, why: 'a key in memory' },
  { file: 'check/kinds/azure-cluster.ts', text: /^ {2}--query addonProfiles$/, why: 'the end of a command' },
  { file: 'check/kinds/certificate.ts', text: /^BEGIN CERTIFICATE$/, why: 'PEM' },
  {
    file: 'check/kinds/certificate.ts',
    text: /^certificate of {2}$/,
    why: 'a name of a subject, compared and never shown',
  },
  { file: 'check/kinds/namespaces-in-mesh.ts', text: /^mesh of {2}$/, why: 'a name of a subject' },
  { file: 'check/kinds/workloads-ready.ts', text: /^pods of {2}$/, why: 'a name of a subject' },
  { file: 'check/explain/evidence.ts', text: /^a caller was found and lost$/, why: 'a mistake of ours' },
  { file: 'check/explain/reasons.ts', text: /^\{ kind: ServiceAccount/, why: 'YAML' },
  { file: 'check/explain/caller-links.ts', text: /^no healthy upstream$/, why: 'what Envoy answers' },
  {
    file: 'check/explain/server-links.ts',
    text: /^(TLS error: WRONG_VERSION_NUMBER|connection termination|RBAC: access denied)$/,
    why: 'what Envoy answers',
  },
];

/** Programs that a learner is told to type, with what follows. */
const subcommands =
  'changes|charts|class|cleanup|doctor|explain|lint|prepare|redo|reset|review|run|sandbox|search|state|status|trace|undo';
const isCommand = new RegExp(
  `^\\s*(?:(?:kubectl|osm|az|curl|lsof|eval|kill|ss) |meshwalk (?:--|(?:${subcommands})\\b))`,
);
/** For authors of lessons, whose language is the lessons' own: English. */
const isForAuthors = /\b(?:description|summary): $|\bSpecProblem\([^)]*$/;

/** The log, and mistakes of ours. */
const isForUs = /\blog\.write\($|new Error\($/;

interface Place {
  of: string;
  files: readonly string[];
  isKept?(literal: Literal): boolean;
}

const directly = (folder: string): string[] =>
  readdirSync(join(src, folder))
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`);

const places: readonly Place[] = [
  {
    of: 'the screen',
    files: [...['tui/view', 'tui/components', 'tui/reader'].flatMap(files), ...directly('tui')],
  },
  {
    of: 'checks and explanations',
    files: [...directly('check'), ...files('check/kinds'), ...files('check/explain')],
    isKept: ({ text, before }) => isCommand.test(text) || isForAuthors.test(before),
  },
  { of: "the instructor's page", files: files('classroom/page') },
  {
    of: 'examinations',
    files: files('preflight'),
    isKept: ({ text, before }) => isCommand.test(text) || isForUs.test(before),
  },
  {
    of: 'subcommands',
    files: [...directly('cli'), 'session/solver.ts'],
    isKept: ({ text, before }) => isCommand.test(text) || isForUs.test(before),
  },
];

describe.each(places)('the sources of $of', ({ files: sources, isKept }) => {
  const isWords = /[A-Za-z]{2,}[,.:;]? +[A-Za-z]{2,}/;
  const isSpanned = /\bspan\($/;
  const found = sources
    .flatMap((file) =>
      literalsOf(readFileSync(join(src, file), 'utf8')).map((literal) => ({
        file: file.replaceAll('\\', '/'),
        ...literal,
      })),
    )
    .filter(({ text, before }) => isWords.test(text) || (isSpanned.test(before) && /[A-Za-z]{3,}/.test(text)));

  it('take their sentences from the catalogue', () => {
    const loose = found.filter(
      (literal) =>
        !isKept?.(literal) && !literalsKept.some((kept) => kept.file === literal.file && kept.text.test(literal.text)),
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
