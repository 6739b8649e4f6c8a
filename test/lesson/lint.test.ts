import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { filesNamedIn, lintCourse } from '../../src/lesson/lint.ts';
import { goodLesson, lineOf } from './lesson-text.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(os.tmpdir(), 'meshwalk-lint-'));
  await write('manifests/split/50-50.yaml', split);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const split = `apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata:
  name: bookstore-split
  namespace: bookstore
`;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

const lint = () => lintCourse(courseFiles(folder), checkKinds);
const alone = goodLesson.replace('needs: [allow-traffic]\n', '');

describe('a course', () => {
  it('without mistakes has no problems, and its lessons come by step', async () => {
    await write('lessons/01-last.md', alone);
    await write(
      'lessons/02-first.md',
      alone.replace('id: split-traffic\nformerly: [shift-traffic]', 'id: allow').replace('step: 8', 'step: 1'),
    );
    const { catalog, problems } = await lint();
    expect(problems).toEqual([]);
    expect(catalog.lessons.map((lesson) => lesson.id)).toEqual(['allow', 'split-traffic']);
    expect(catalog.following('allow')?.id).toBe('split-traffic');
    expect(catalog.following('split-traffic')).toBeUndefined();
    expect(catalog.find('shift-traffic')?.id).toBe('split-traffic');
  });

  describe('in a folder of its own', () => {
    const further = (id: string, step: number, needs: string) =>
      goodLesson
        .replace('id: split-traffic\nformerly: [shift-traffic]', `id: ${id}`)
        .replace('step: 8', `step: ${step}`)
        .replace('[allow-traffic]', needs);

    beforeEach(async () => {
      await write('lessons/08-split.md', alone);
      await write('lessons/more/README.md', '# Lessons beyond\n');
      await write('lessons/more/01-one.md', further('one', 1, '[split-traffic]'));
    });

    it('has its own steps and title, comes after the first course, and may need its lessons', async () => {
      await write('lessons/more/08-two.md', further('two', 8, '[one]'));
      const { catalog, problems } = await lint();
      expect(problems).toEqual([]);
      expect(catalog.lessons.map(({ file }) => file)).toEqual(['08-split.md', 'more/01-one.md', 'more/08-two.md']);
      expect(catalog.courses).toEqual(['', 'more']);
      expect(catalog.titleOf('more')).toBe('Lessons beyond');
      expect(catalog.needsOf('two').map(({ id }) => id)).toEqual(['split-traffic', 'one']);
    });

    it('is not what follows the last lesson of the first course', async () => {
      const { catalog } = await lint();
      expect(catalog.following('split-traffic')).toBeUndefined();
      expect(catalog.following('one')).toBeUndefined();
    });

    it('is needed by no other course, so that needs form no circle', async () => {
      await write('lessons/09-circle.md', further('circle', 9, '[one]'));
      expect((await lint()).problems).toEqual([
        { file: '09-circle.md', line: 1, message: expect.stringContaining('which is in another course') },
      ]);
    });

    it('has its problems told with its folder', async () => {
      await write('lessons/more/02-bad.md', 'no front matter');
      expect((await lint()).problems[0]).toMatchObject({ file: 'more/02-bad.md' });
    });
  });

  it('lists what a lesson needs, the farthest first', async () => {
    const named = (id: string, step: number, needs: string) =>
      goodLesson
        .replace('id: split-traffic\nformerly: [shift-traffic]', `id: ${id}`)
        .replace('step: 8', `step: ${step}`)
        .replace('[allow-traffic]', needs);
    await write('lessons/1.md', named('one', 1, '[]'));
    await write('lessons/2.md', named('two', 2, '[one]'));
    await write('lessons/3.md', named('three', 3, '[two, one]'));
    const { catalog, problems } = await lint();
    expect(problems).toEqual([]);
    expect(catalog.needsOf('three').map((lesson) => lesson.id)).toEqual(['one', 'two']);
  });

  it.each([
    ['a need that is no lesson', goodLesson, /needs "allow-traffic", which is no lesson/],
    ['a need of itself', goodLesson.replace('[allow-traffic]', '[split-traffic]'), /step 8 is not before step 8/],
  ])('reports %s', async (_name, text, message) => {
    await write('lessons/08-split.md', text);
    expect((await lint()).problems).toEqual([
      { file: '08-split.md', line: 1, message: expect.stringMatching(message) },
    ]);
  });

  it('reports two lessons with one id, one former id or one step', async () => {
    await write('lessons/a.md', alone);
    await write('lessons/b.md', alone);
    const messages = (await lint()).problems.map((problem) => problem.message);
    expect(messages).toEqual([
      'The id "split-traffic" belongs to a.md; ids are never used twice.',
      'The id "shift-traffic" belongs to a.md; ids are never used twice.',
      'Step 8 is taken by a.md; in each world a lesson has its own.',
    ]);
  });

  it('lets worlds have lessons of their own for one step, of which each world sees its own and needs no other', async () => {
    const named = (id: string, step: number, needs: string, worlds: string) =>
      goodLesson
        .replace('id: split-traffic', `id: ${id}`)
        .replace('formerly: [shift-traffic]', 'formerly: []')
        .replace('step: 8', `step: ${step}`)
        .replace('needs: [allow-traffic]', `needs: ${needs}`)
        .replace(/^worlds: .*$/m, `worlds: ${worlds}`);
    await write('lessons/1-here.md', named('here', 1, '[]', '[sandbox, aks]'));
    await write('lessons/1-there.md', named('there', 1, '[]', '[cluster]'));
    await write('lessons/2.md', named('both', 2, '[here, there]', '[sandbox, aks, cluster]'));
    await write('lessons/3.md', named('only-here', 3, '[both]', '[sandbox]'));
    const { catalog, problems } = await lint();
    expect(problems).toEqual([]);
    const seen = catalog.forWorld('cluster');
    expect(seen.lessons.map(({ id, needs }) => [id, needs])).toEqual([
      ['there', []],
      ['both', ['there']],
    ]);
    expect(seen.all.map(({ id }) => id)).toEqual(['there', 'both', 'only-here']);
    expect(seen.following('both')).toBeUndefined();
    const own = ['here', 'there', 'both', 'only-here'].map((id) => seen.inPlaceOf(id)?.id);
    expect(own).toEqual(['there', 'there', 'both', undefined]);
    expect(
      catalog
        .forWorld('sandbox')
        .needsOf('only-here')
        .map(({ id }) => id),
    ).toEqual(['here', 'both']);
  });

  it('leaves a lesson with mistakes out of the catalog and spares those who need it', async () => {
    await write('lessons/07-allow.md', '# nothing');
    await write('lessons/08-split.md', goodLesson);
    const { catalog, problems } = await lint();
    expect(catalog.lessons.map((lesson) => lesson.id)).toEqual(['split-traffic']);
    expect(new Set(problems.map((problem) => problem.file))).toEqual(new Set(['07-allow.md']));
  });
});

describe('teaching', () => {
  it.each([
    ['one hint only', /<details><summary>Hint 2[\s\S]*?<\/details>\n\n/, '', /give at least two/],
    ['no prediction', /<details><summary>Predict[\s\S]*?<\/details>\n\n/, '', /asks for no prediction/],
    ['no presenter notes', /<!-- presenter: .*-->/g, '', /no presenter notes/],
    ['no command that solves it', /```bash \{"name"[\s\S]*?```/, '', /Nothing solves the task/],
  ])('%s is reported', async (_name, from, to, message) => {
    await write('lessons/08-split.md', alone.replace(from, to));
    const { problems } = await lint();
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
  });
});

describe('manifests named in commands', () => {
  const command = 'kubectl apply -f manifests/split/50-50.yaml\n```\n\nThis';

  it.each([
    ['a file that is missing', 'kubectl apply -f manifests/nope.yaml', /no file "manifests\/nope.yaml"/],
    ['a URL, because lessons work offline', 'kubectl apply -f https://example.com/x.yaml', /needs the internet/],
    ['a file outside of the course', 'kubectl apply -f ../x.yaml', /leaves the course/],
  ])('%s is reported on its line', async (_name, script, message) => {
    const text = alone.replace(command, `ls\n${script}\n\`\`\`\n\nThis`);
    await write('lessons/08-split.md', text);
    const { problems } = await lint();
    expect(problems).toEqual([
      { file: '08-split.md', line: lineOf(text, script), message: expect.stringMatching(message) },
    ]);
  });

  it('each document of a file, or of all files in a folder, must be an object', async () => {
    await write('lessons/08-split.md', alone.replace(command, 'kubectl apply -f manifests/split/\n```\n\nThis'));
    await write('manifests/split/more.yaml', `${split}---\nkind: TrafficSplit\nmetadata: {}\n`);
    await write('manifests/split/broken.yaml', 'a: [\n');
    const { problems } = await lint();
    expect(problems).toEqual([
      { file: 'manifests/split/broken.yaml', line: expect.any(Number), message: expect.stringMatching(/not YAML/) },
      { file: 'manifests/split/more.yaml', line: 7, message: 'This object has no apiVersion and no metadata.name.' },
    ]);
  });

  it('are found however -f is written', () => {
    const script = [
      'kubectl apply -f a.yaml -f b.yaml',
      'kubectl apply -fc.yaml',
      'kubectl create --filename=d.yaml,e.yaml',
      "kubectl delete -f 'f g.yaml' --wait=false",
      'tail -f log.txt',
      'kubectl logs -f deploy/x',
    ].join('\n');
    const found = filesNamedIn({ script, line: 10 } as Parameters<typeof filesNamedIn>[0]);
    expect(found.map(({ path, line }) => `${line} ${path}`)).toEqual([
      '11 a.yaml',
      '11 b.yaml',
      '12 c.yaml',
      '13 d.yaml',
      '13 e.yaml',
      '14 f g.yaml',
    ]);
  });
});
