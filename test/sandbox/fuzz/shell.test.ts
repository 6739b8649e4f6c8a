// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are parts of scripts
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { integerBetween, type Random, seededRandom } from '../../../src/platform/random.ts';
import { TerminalDevice } from '../../../src/sandbox/node/processes/terminal-device.ts';
import { parseScript } from '../../../src/sandbox/node/shell/parser.ts';
import { SyntaxProblem } from '../../../src/sandbox/node/shell/syntax.ts';
import { Box } from '../shell/container.ts';
import { chance, oneOf } from './values.ts';

/**
 * Scripts and keys that nobody would write. Whatever a script is, its process ends with a status, alone, and lets the
 * others run meanwhile. `FUZZ_SEED` and `FUZZ_SCRIPTS` repeat one run or lengthen it.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? 2024);
const scripts = Number(process.env['FUZZ_SCRIPTS'] ?? 300);

const words = [
  ...['if', 'then', 'elif', 'else', 'fi', 'while', 'until', 'for', 'in', 'do', 'done', 'case', 'esac', '{', '}', '!'],
  ...[
    '(',
    ')',
    ';',
    ';;',
    '&',
    '&&',
    '|',
    '||',
    '\n',
    '<',
    '>',
    '>>',
    '<<E',
    '<<-E',
    '\nE\n',
    '2>&1',
    '>/tmp/f',
    '</tmp/f',
  ],
  ...[
    '$(',
    '`',
    '$((',
    '))',
    '${',
    '}',
    '${x:-',
    '${x?',
    '${x%%',
    '${#x}',
    '"',
    "'",
    '\\',
    '$',
    '$@',
    '$!',
    '$?',
    '~',
    '*',
  ],
  ...[
    'x=1',
    'x=$x$x',
    'IFS=',
    'IFS=:',
    'f()',
    'f',
    'x',
    '1',
    '0',
    '/',
    '%',
    '[',
    ']',
    '[[:alpha:]]',
    '#',
    '-',
    '=',
    'é',
    '\0',
  ],
  ...[
    'echo',
    'printf',
    'read',
    'local',
    'eval',
    'exec',
    'exit',
    'return',
    'break',
    'continue',
    'set',
    '-e',
    '-u',
    'shift',
  ],
  ...[
    'wait',
    'kill',
    'cat',
    'head',
    'tail',
    'sort',
    'grep',
    '-E',
    'tr',
    'cut',
    '-c1-',
    'seq',
    'test',
    'sh',
    '-c',
    'sleep',
  ],
  ...[
    'constructor',
    '__proto__',
    '%s',
    '%d',
    '%9999999s',
    '(a+)+',
    '\\(',
    '/*/..',
    'true',
    'false',
    ':',
    'cd',
    'export',
  ],
];

/** Half of them soup, half of them commands that have a form, so that they also run. */
function scriptOf(random: Random, depth = 0): string {
  const inner = () => scriptOf(random, depth + 1);
  const some = (most: number) => Array.from({ length: integerBetween(random, 1, most) }, () => oneOf(random, words));
  if (depth > 3 || chance(random, 0.4)) return some(12).join(chance(random, 0.8) ? ' ' : '');
  const forms = [
    () => `if ${inner()}; then ${inner()}; else ${inner()}; fi`,
    () => `while ${inner()}; do ${inner()}; done`,
    () => `for x in ${oneOf(random, words)} 1 2; do ${inner()}; done`,
    () => `case "${inner()}" in *) ${inner()};; esac`,
    () => `f() { ${inner()}; }; f & f | f; (f)`,
    () => `${inner()} & wait $!`,
    () => `echo "$(${inner()})" $((${inner()})) \${x:-${inner()}}`,
    () => `x=1 ${inner()} | ${inner()} && ${inner()}`,
  ];
  return oneOf(random, forms)();
}

it('every text is a script, or is told to be none', () => {
  const random = seededRandom(seed);
  for (let count = 0; count < scripts * 10; count += 1) {
    const script = scriptOf(random);
    try {
      parseScript(script);
    } catch (error) {
      if (!(error instanceof SyntaxProblem))
        throw new Error(`seed ${seed}, script ${count}: ${script}`, { cause: error });
    }
  }
  for (const opening of ['${x:-', '$((', '$(', '(', '{ ', 'if ', '! ', '"$(', 'f() ', '$((-(']) {
    expect(() => parseScript(opening.repeat(20_000)), opening).toThrow(SyntaxProblem);
  }
});

it('every script ends alone, with a status', async () => {
  const random = seededRandom(seed);
  let box = new Box();
  for (let count = 0; count < scripts; count += 1) {
    if (count % 20 === 0) box = new Box();
    const script = scriptOf(random);
    const { ended, kill } = box.processes.spawn({
      argv: ['sh', '-c', script],
      env: {},
      cwd: '/',
      stdin: { read: async () => undefined, cancel: () => {} },
      stdout: { write: async () => {} },
      stderr: { write: async () => {} },
    });
    let status: number | undefined;
    void ended.then((code) => {
      status = code;
    });
    // Those that never end have to let us come here.
    for (let turn = 0; turn < 40 && status === undefined; turn += 1) await setImmediate();
    kill(9);
    const where = `seed ${seed}, script ${count}: ${script}`;
    expect(await ended, where).toSatisfy((code: number) => Number.isInteger(code) && code >= 0 && code <= 255);
    await setImmediate();
    expect(
      box.processes.list().filter(({ pid }) => pid > 1),
      where,
    ).toEqual([]);
  }
});

it('whatever is typed, the terminal hands over lines and takes the next one', async () => {
  const random = seededRandom(seed);
  const keys = [
    '\x1b',
    '[',
    'O',
    'A',
    'B',
    'C',
    'D',
    '3~',
    ';',
    '1;'.repeat(200),
    '\x01',
    '\x04',
    '\x05',
    '\x08',
    '\x0b',
  ];
  keys.push(
    '\x0c',
    '\x15',
    '\x17',
    '\x7f',
    '\r',
    '\n',
    '\0',
    'a',
    ' ',
    'é',
    '日',
    '\u{1f600}',
    'x'.repeat(5000),
    '\x03',
  );
  for (let count = 0; count < scripts / 5; count += 1) {
    const device = new TerminalDevice({ write: async () => {} });
    device.remember('older');
    const typed = Buffer.from(Array.from({ length: 40 }, () => oneOf(random, keys)).join(''));
    const lines: string[] = [];
    const read = (async () => {
      while (lines.at(-1) !== 'last\n') lines.push(String((await device.stdin.read()) ?? ''));
    })();
    for (let at = 0; at < typed.length; ) {
      const length = integerBetween(random, 1, 400);
      await device.receive(typed.subarray(at, at + length));
      at += length;
    }
    await device.receive(Buffer.from('\x03last\r'));
    await read;
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(4096);
    device.close();
  }
});
