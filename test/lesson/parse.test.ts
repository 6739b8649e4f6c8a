import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { parseLesson } from '../../src/lesson/parse.ts';
import { goodLesson, lineOf } from './lesson-text.ts';

const parse = (text: string) => parseLesson(text, '08-split.md', checkKinds);

describe('a lesson without mistakes', () => {
  const { lesson, problems } = parse(goodLesson);
  const task = lesson?.tasks[0];

  it('becomes plain data with everything its author wrote', () => {
    expect(problems).toEqual([]);
    expect(lesson).toMatchObject({
      id: 'split-traffic',
      formerly: ['shift-traffic'],
      step: 8,
      title: 'Split traffic',
      minutes: 8,
      needs: ['allow-traffic'],
      worlds: ['sandbox', 'aks'],
      intro: 'Two versions share the requests.',
      presenter: ['ask who did this before'],
      file: '08-split.md',
      hash: createHash('sha256').update(goodLesson).digest('hex'),
    });
    expect(task).toMatchObject({ id: 'split-half', title: 'Send half to v2', presenter: ['2 min'] });
    expect(JSON.parse(JSON.stringify(lesson))).toEqual(JSON.parse(JSON.stringify(structuredClone(lesson))));
  });

  it('keeps the order of prose, commands, questions and the check', () => {
    expect(task?.blocks.map((block) => block.type)).toEqual(['prose', 'command', 'prose', 'question', 'check']);
    expect(task?.blocks[2]).toEqual({ type: 'prose', markdown: 'This is only shown:\n\n```yaml\nweight: 50\n```' });
  });

  it('knows what a command runs, for how long, and on which line it stands', () => {
    expect(task?.commands).toEqual([
      {
        name: 'apply-split',
        script: 'kubectl apply -f manifests/split/50-50.yaml',
        effect: 'changes',
        timeoutMs: 60_000,
        background: false,
        interactive: false,
        optional: false,
        worlds: ['sandbox', 'aks', 'cluster'],
        line: lineOf(goodLesson, '"name":"apply-split"'),
      },
    ]);
  });

  it('gives conditions their parsed spec and their line', () => {
    expect(task?.check).toMatchObject({ id: 'split-half', title: 'half of the books come from v2' });
    const ratio = task?.check?.conditions[1];
    expect(ratio).toMatchObject({ id: 'ratio', needs: ['weights'], kind: 'traffic-split' });
    expect(ratio?.spec).toMatchObject({ error: 1e-6, from: { namespace: 'bookbuyer', name: 'bookbuyer' } });
    expect(ratio?.line).toBe(lineOf(goodLesson, '- id: ratio'));
  });

  it('stages the hints and ends them with the solution', () => {
    expect(task?.hints).toEqual([
      { title: 'Hint 1', markdown: 'Look at the weights.' },
      { title: 'Hint 2: the file', markdown: 'It is in `manifests/split`.' },
      { title: 'Solution', markdown: '```bash\nkubectl apply -f manifests/split/50-50.yaml\n```' },
    ]);
  });

  it('is solved by its own commands unless the solution has some', () => {
    expect(task?.solution).toEqual(task?.commands);
    const own = goodLesson.replace('```bash\nkubectl', '```bash {"name":"solve","effect":"changes"}\nkubectl');
    expect(parse(own).lesson?.tasks[0]?.solution.map((command) => command.name)).toEqual(['solve']);
  });

  it('reads the same with Windows line ends and a byte order mark', () => {
    const windows = parse(`\uFEFF${goodLesson.replaceAll('\n', '\r\n')}`);
    expect(windows.problems).toEqual([]);
    expect(windows.lesson?.tasks).toEqual(lesson?.tasks);
  });

  it('takes the right answer of an answer condition from its question', () => {
    const quiz = goodLesson
      .replace('"predict":', '"quiz":')
      .replace('Predict: which', 'Quiz: which')
      .replace('- id: weights', '- id: told\n  answer: { question: which-counter }\n  why: Say it.\n- id: weights');
    expect(parse(quiz).lesson?.tasks[0]?.check?.conditions[0]?.spec).toEqual({ question: 'which-counter', is: 'both' });
  });
});

/** One change each; the mistake must be reported on the line that holds `at` after the change. */
const mistakes: [name: string, from: string | RegExp, to: string, at: string, message: RegExp][] = [
  ['no front matter', /^---\n[\s\S]*?---\n/, '', '# Split', /starts with ---/],
  ['a tab in the front matter', 'minutes: 8', '\tminutes: 8', '\tminutes', /spaces/],
  ['broken YAML in the front matter', 'step: 8', 'step: [8', 'title: Split', /not YAML/],
  ['another format version', 'lesson: 1', 'lesson: 2', 'lesson: 2', /must be 1/],
  ['an unknown key in the front matter', 'minutes: 8', 'minutes: 8\nneed: [x]', 'need: [x]', /Did you mean "needs"/],
  ['an id with capitals', 'id: split-traffic', 'id: SplitTraffic', 'id: Split', /lower case/],
  ['a step that is no number', 'step: 8', 'step: eight', 'step: eight', /whole number/],
  ['an unknown world', '[sandbox, aks]', '[sandbox, gke]', '[sandbox, gke]', /sandbox, aks, cluster/],
  ['a title that differs from its heading', '# Split traffic', '# Split it', '# Split it', /make them equal/],
  ['a task without an id', '<!-- task: split-half -->\n', '', '## Send half', /<!-- task: send-half-to-v2 -->/],
  ['a task id that is none', 'task: split-half', 'task: Split half', 'task: Split half', /write it like split-half/],
  ['an unknown comment', 'presenter: 2 min', 'presentor: 2 min', 'presentor', /presenter:/],
  ['attributes that are not JSON', '{"name":"apply-split"', '{name:"apply-split"', '{name:', /must be JSON/],
  ['an unknown attribute', '"timeout":"60s"', '"timout":"60s"', '"timout"', /Did you mean "timeout"/],
  ['a command without a name', '"name":"apply-split",', '', '{"effect"', /has no name/],
  ['a command without an effect', ',"effect":"changes"', '', '"name":"apply-split"', /reads, changes, deletes, cloud/],
  ['an unknown effect', '"effect":"changes"', '"effect":"writes"', '"effect":"writes"', /one of reads/],
  ['a timeout without a unit', '"timeout":"60s"', '"timeout":60', '"timeout":60', /"60s"/],
  [
    'attributes on a block that is no shell',
    '```yaml\nweight',
    '```yaml {"name":"x"}\nweight',
    '{"name":"x"}',
    /<details>/,
  ],
  [
    'an unknown kind of condition',
    '  traffic-split: {',
    '  trafic-split: {',
    'trafic-split',
    /Did you mean "traffic-split"/,
  ],
  [
    'a condition with two kinds',
    '  why: There is no split.',
    '  why: x\n  http: { url: "http://localhost:1" }',
    '- id: weights',
    /resource and http/,
  ],
  ['a condition without a kind', / {2}traffic-split: .*\n/, '', '- id: ratio', /does not say what must hold/],
  ['a condition without why', '  why: There is no split.\n', '', '- id: weights', /no "why"/],
  ['two conditions of one id', '- id: ratio', '- id: weights', '- id: weights\n  needs', /own id/],
  ['a need that does not exist', 'needs: [weights]', 'needs: [weight]', 'needs: [weight]', /no condition/],
  ['a field that the kind does not have', 'error: 1e-6', 'eror: 1e-6', 'eror', /no such field/],
  ['a field with a wrong value', 'error: 1e-6', 'error: 2', 'error: 2', /must be a number/],
  ['an object without its namespace', 'namespace: bookstore, name', 'name', 'kind: TrafficSplit', /lacks namespace/],
  ['a path that cannot be read', 'path: spec.backends', 'path: spec..x', 'path: spec..x', /cannot be read/],
  ['a check that is no list', '- id: weights\n', 'id: weights\n', 'id: weights', /not YAML|list of conditions/],
  ['a tab in a check', '  needs: [weights]', '\tneeds: [weights]', '\tneeds', /tab/],
  ['a question without its right answer', 'answer: both\n', '', '"predict"', /needs "answer"/],
  ['an answer that is no choice', 'answer: both', 'answer: all', 'answer: all', /none of the choices/],
  ['a question with one choice', '  - none: None of them.\n', '', 'choices:', /at least two/],
  ['a question without an explanation', /explain: .*\n/, '', '"predict"', /needs "explain"/],
  ['an unknown folded block', 'Hint 1<', 'Hnt 1<', 'Hnt 1', /"Hint 1"/],
  ['a folded block that is never closed', 'weights.\n</details>', 'weights.', 'Hint 1', /never closed/],
  ['a </details> too many', '<!-- presenter: 2 min -->', '</details>', '</details>\n', /closes nothing/],
  [
    'a check without hints',
    /<details><summary>Hint 1[\s\S]*?<\/details>\n\n<details><summary>Hint 2[\s\S]*?<\/details>\n\n/,
    '',
    '## Send',
    /no hint/,
  ],
  ['a check without a solution', /<details><summary>Solution[\s\S]*?<\/details>\n\n/, '', '## Send', /no solution/],
  ['a name in angle brackets', 'Apply the split:', 'Apply the <name> split:', '<name>', /backticks/],
  ['HTML of its own', 'Apply the split:', '<div>x</div>', '<div>', /terminal cannot draw/],
  [
    'a code block that is never closed',
    /```\n\n<\/details>\n\n<!-- presenter: 2[\s\S]*/,
    '',
    '```bash\nkubectl',
    /code block is never closed/,
  ],
  [
    'a command in a list',
    'Apply the split:',
    '- x\n\n  ```bash {"name":"y","effect":"reads"}\n  ls\n  ```',
    '{"name":"y"',
    /left margin/,
  ],
  ['a second title', 'This is only shown:', '# Another', '# Another', /one title/],
];

describe('mistakes of authors are told with their line:', () => {
  it.each(mistakes)('%s', (_name, from, to, at, message) => {
    const text = goodLesson.replace(from, to);
    expect(text).not.toBe(goodLesson);
    const { lesson, problems } = parse(text);
    expect(lesson).toBeUndefined();
    const found = problems.find((problem) => message.test(problem.message));
    expect(found, JSON.stringify(problems, null, 1)).toBeDefined();
    const offset = text.lastIndexOf(at);
    const line =
      from instanceof RegExp && from.source.startsWith('^---') ? 1 : text.slice(0, offset).split('\n').length;
    expect(found?.line).toBe(line);
    expect(found?.file).toBe('08-split.md');
  });
});

describe('anything at all', () => {
  it.each(['', '---', '---\n---', '# x', '## x', '<details>', '```', '---\n[\n---\n', '\0\u001b[2J', '<!--', '- - -'])(
    'never throws: %j',
    (text) => {
      expect(parse(text).problems.length).toBeGreaterThan(0);
    },
  );

  it('never throws for a good lesson cut off anywhere', () => {
    for (let end = 0; end < goodLesson.length; end += 7) parse(goodLesson.slice(0, end));
  });
});
