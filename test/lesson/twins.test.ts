import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { bashOnly } from '../../src/lesson/bash-only.ts';
import { lintCourse } from '../../src/lesson/lint.ts';
import { parseLesson } from '../../src/lesson/parse.ts';
import { goodLesson, lineOf } from './lesson-text.ts';

const apply = 'kubectl apply -f manifests/split/50-50.yaml\n```\n\nThis';
const twin = '```powershell {"twin":"apply-split"}\nkubectl apply -f `\n  manifests/split/50-50.yaml\n```\n';
const twinned = goodLesson.replace('This is only shown', `${twin}\nThis is only shown`);
const parse = (text: string) => parseLesson(text, '08-split.md', checkKinds);
/** `line: message` of each problem. */
const saidOf = (text: string) => parse(text).problems.map(({ line, message }) => `${line}: ${message}`);

describe('the twin of a command', () => {
  it('belongs to the command that it names, and is no part of the text', () => {
    const { lesson, problems } = parse(twinned);
    expect(problems).toEqual([]);
    const task = lesson?.tasks[0];
    expect(task?.commands).toMatchObject([
      { name: 'apply-split', twin: 'kubectl apply -f `\n  manifests/split/50-50.yaml' },
    ]);
    expect(task?.solution).toEqual(task?.commands);
    expect(JSON.stringify(task?.blocks)).not.toContain('powershell');
    expect(parse(goodLesson).lesson?.tasks[0]?.blocks).toEqual(task?.blocks);
  });

  it('without attributes is text like any other block', () => {
    const { lesson, problems } = parse(twinned.replace(' {"twin":"apply-split"}', ''));
    expect(problems).toEqual([]);
    expect(lesson?.tasks[0]?.commands[0]).not.toHaveProperty('twin');
    expect(JSON.stringify(lesson?.tasks[0]?.blocks)).toContain('```powershell');
  });

  it.each([
    ['has another attribute', '"twin":', '"effect":"reads","twin":', 'A twin has no attribute "effect"; it has twin.'],
    ['names no command of its task', '"apply-split"}\nk', '"apply-spilt"}\nk', 'Did you mean "apply-split"?'],
    ['names nothing', '"twin":"apply-split"', '', 'A twin names its command'],
    ['is empty', 'kubectl apply -f `\n  manifests/split/50-50.yaml\n', '', 'This twin is empty'],
    ['has attributes that are no JSON', '{"twin":"apply-split"}', '{twin}', 'must be JSON'],
  ])('that %s is reported on its line', (_name, from, to, message) => {
    const text = twinned.replace(twin, twin.replace(from, to));
    expect(saidOf(text)).toEqual([expect.stringContaining(message)]);
    expect(saidOf(text)[0]).toMatch(new RegExp(`^${lineOf(text, '```powershell')}: `));
  });

  it('is the only one of its command', () => {
    const text = twinned.replace(twin, `${twin}\n${twin}`);
    const first = lineOf(text, '```powershell');
    expect(saidOf(text)).toEqual([`${first + 5}: The command "apply-split" has a twin already, on line ${first}.`]);
  });

  it('stands below its command', () => {
    const text = goodLesson.replace('Apply the split:', twin);
    const [line, command] = [lineOf(text, '```powershell'), lineOf(text, '```bash {"name"')];
    expect(saidOf(text)).toEqual([
      `${line}: The command "apply-split" stands below its twin, on line ${command}; swap them.`,
    ]);
  });

  it('stands in no folded block', () => {
    const text = goodLesson.replace('Look at the weights.', `\n${twin}`);
    expect(saidOf(text)).toEqual([
      `${lineOf(text, '```powershell')}: A twin stands below its command, and not in a folded block.`,
    ]);
  });
});

describe('a course', () => {
  let folder: string;
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const lint = async (original: string, german = original) => {
    await write('lessons/08-split.md', original.replace('needs: [allow-traffic]\n', ''));
    await write('lessons/08-split.de.md', german.replace('needs: [allow-traffic]\n', ''));
    const { problems } = await lintCourse(courseFiles(folder), checkKinds);
    return problems;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(os.tmpdir(), 'meshwalk-twins-'));
    await write('manifests/split/50-50.yaml', 'apiVersion: v1\nkind: List\nmetadata: { name: x }\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('must have a twin for a command that only bash takes, and says where and why', async () => {
    const script = `kubectl get pods\nfor name in a b; do kubectl get pod "$name"; done\n${apply}`;
    const plain = goodLesson.replace(apply, script);
    const found = (await lint(plain)).filter(({ file }) => file === '08-split.md');
    expect(found).toEqual([
      {
        file: '08-split.md',
        line: lineOf(plain.replace('needs: [allow-traffic]\n', ''), 'for name'),
        message:
          'PowerShell 7 does not take "apply-split" as it is written (for); add a block of powershell {"twin":"apply-split"} below it.',
      },
    ]);
    expect(await lint(plain.replace('This is only shown', `${twin}\nThis is only shown`))).toEqual([]);
  });

  it.each([
    ['another', twinned.replace('50-50.yaml\n```\n\nThis', '50-50.yaml --wait\n```\n\nThis'), twinned],
    ['none', goodLesson, twinned],
    ['one more', twinned, goodLesson],
  ])('has the same twins in each language, not %s', async (_name, german, original) => {
    expect(german).not.toBe(original);
    expect(await lint(original, german)).toEqual([
      {
        file: '08-split.de.md',
        line: expect.any(Number),
        message: expect.stringMatching(/^The twin of a command must be as in 08-split\.md: (".*"|none)\.$/),
      },
    ]);
    expect(await lint(original)).toEqual([]);
  });
});

describe('what only bash takes', () => {
  it.each([
    ['az aks create \\\n  --name x', 'a backslash at the end of a line'],
    ['kubectl get pod $(cat name)', '$(…)'],
    ['kubectl get pod "$(cat name)"', '$(…)'],
    ['kubectl get pod `cat name`', '$(…)'],
    ['for x in a; do ls; done', 'for'],
    ['if ls; then ls; fi', 'if'],
    ['POD=a', 'POD=…'],
    ['ls; POD=a kubectl get pods', 'POD=…'],
    ['export POD', 'export'],
    ['kubectl apply -f - <<EOF\nEOF', '<<'],
    ['kubectl apply -f - < a.yaml', '<'],
    ['(ls)', '('],
    ['ls &', '&'],
    ['ls | grep a', 'grep, which Windows does not have'],
    ['ls; echo', 'echo alone, which asks what to say'],
    ['kubectl get --raw "/pods/$POD:80"', '$POD:'],
    ['echo $?', '$?'],
    ['echo {a,b}', '{'],
    ['echo "a \\"b\\""', '\\"'],
    ['"$TOOL" version', '"$TOOL" as a program'],
  ])('%j has %s', (script, what) => {
    expect(bashOnly(script)?.what).toBe(what);
  });

  it.each([
    `kubectl patch meshconfig x --type=merge -p '{"spec":{"a":[true,"\\\\"]}}'`,
    `kubectl get pod -o jsonpath='{range .items[*]}{.name}{"\\n"}{end}'`,
    'kubectl get pods -n a && kubectl get pods -n b || echo none; echo done',
    'osm proxy get certs "$POD" -n bookbuyer 2>&1 > certs.txt',
    `kubectl get --raw "/pods/\${POD}:80" # grep $(this)`,
    'kubectl get pods\n\nkubectl get nodes',
    'echo for export grep',
  ])('%j is nothing of it', (script) => {
    expect(bashOnly(script)).toBeUndefined();
  });

  it('is told with its line', () => {
    expect(bashOnly("ls\necho 'a\nb'\nPOD=a")).toEqual({ line: 3, what: 'POD=…' });
  });
});
