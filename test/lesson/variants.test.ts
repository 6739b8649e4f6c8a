import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { loadCatalog } from '../../src/lesson/catalog.ts';
import { lintCourse } from '../../src/lesson/lint.ts';
import { goodLesson, lineOf } from './lesson-text.ts';

const original = goodLesson.replace('needs: [allow-traffic]\n', '');
const german = original.replaceAll('Split traffic', 'Traffic auf zwei Versionen verteilen');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(os.tmpdir(), 'meshwalk-variants-'));
  await write('manifests/split/50-50.yaml', 'apiVersion: v1\nkind: List\nmetadata: { name: x }\n');
  await write('lessons/08-split.md', original);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** What lint says of a variant: `line: message`. */
async function saidOf(variant: string): Promise<string[]> {
  await write('lessons/08-split.de.md', variant);
  const { problems } = await lintCourse(courseFiles(folder), checkKinds);
  return problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

const catalogIn = async (language: string) =>
  (await loadCatalog(courseFiles(folder), checkKinds, { language })).catalog;

describe('a lesson in another language', () => {
  it('is the same lesson: one in the catalog, in the language asked for', async () => {
    await write('lessons/08-split.de.md', german);
    const [english, translated] = [await catalogIn('en'), await catalogIn('de')];
    expect(english.lessons.map(({ title, language }) => [title, language])).toEqual([['Split traffic', 'en']]);
    expect(translated.lessons.map(({ title, language }) => [title, language])).toEqual([
      ['Traffic auf zwei Versionen verteilen', 'de'],
    ]);
    expect(await saidOf(german)).toEqual([]);
  });

  it('comes in the original language where nobody wrote it in this one', async () => {
    expect((await catalogIn('de')).lessons.map(({ language }) => language)).toEqual(['en']);
  });

  it('brings the list of words and the title of its course along, each in English while nobody wrote it', async () => {
    await write('lessons/GLOSSARY.md', '## Certificate\nA signed statement.\n');
    await write('lessons/more/README.md', '# Lessons beyond\n');
    const said = async (language: string) => {
      const catalog = await catalogIn(language);
      return [catalog.glossary.map(({ word }) => word), catalog.titleOf('more')];
    };
    expect(await said('de')).toEqual([['Certificate'], 'Lessons beyond']);
    await write('lessons/GLOSSARY.de.md', '## Zertifikat\nEine signierte Aussage.\n');
    await write('lessons/more/README.de.md', '# Lektionen darüber hinaus\n');
    expect(await said('de')).toEqual([['Zertifikat'], 'Lektionen darüber hinaus']);
    expect(await said('en')).toEqual([['Certificate'], 'Lessons beyond']);
    expect(await saidOf(german)).toEqual([]);
  });

  it('may name its folded blocks in its own language', async () => {
    const words = german
      .replaceAll('<summary>Check:', '<summary>Prüfung:')
      .replaceAll('<summary>Hint', '<summary>Tipp')
      .replaceAll('<summary>Solution', '<summary>Lösung')
      .replaceAll('<summary>Predict', '<summary>Vorhersage')
      .replaceAll('<summary>Quiz', '<summary>Frage');
    expect(await saidOf(words)).toEqual([]);
  });

  it('differs in no command', async () => {
    const changed = german.replace('kubectl apply -f manifests/split/50-50.yaml', 'kubectl apply -f manifests/split');
    expect(changed).not.toBe(german);
    const line = lineOf(changed, 'kubectl apply -f manifests/split') - 1;
    expect(await saidOf(changed)).toContainEqual(
      expect.stringContaining(`08-split.de.md:${line} The script of a command must be as in 08-split.md`),
    );
  });

  it('differs in no id of lesson, task, check or condition, and says the line', async () => {
    const idLine = german.split('\n').findIndex((text) => text.startsWith('<!-- task: '));
    const task = /<!-- task: ([\w-]+) -->/.exec(german)?.[1] ?? '';
    const check = /\{"check":"([\w-]+)"\}/.exec(german)?.[1] ?? '';
    expect(await saidOf(german.replace('step: 8', 'step: 9'))).toContainEqual(
      expect.stringContaining('08-split.de.md:1 Its step must be as in 08-split.md: 8.'),
    );
    const otherTask = await saidOf(german.replace(`task: ${task}`, 'task: other'));
    expect(otherTask).toContainEqual(
      expect.stringContaining(`08-split.de.md:${idLine} Here stands the task "${task}" in 08-split.md, not "other".`),
    );
    const otherCheck = await saidOf(german.replace(`{"check":"${check}"}`, '{"check":"other"}'));
    expect(otherCheck).toContainEqual(
      expect.stringContaining(`The check of the task must be as in 08-split.md: ${check}`),
    );
    const otherSpec = await saidOf(german.replace('error: 1e-6', 'error: 1e-5'));
    expect(otherSpec).toContainEqual(expect.stringMatching(/08-split\.de\.md:\d+ The condition "ratio" must be as in/));
  });

  it('is not loaded with a difference', async () => {
    await write('lessons/08-split.de.md', german.replace('error: 1e-6', 'error: 1e-5'));
    const { problems } = await loadCatalog(courseFiles(folder), checkKinds, { language: 'de' });
    expect(problems).toHaveLength(1);
    expect((await loadCatalog(courseFiles(folder), checkKinds)).problems).toEqual([]);
  });

  it('has an original', async () => {
    await write('lessons/09-alone.de.md', german.replace('id: split-traffic', 'id: alone'));
    const { problems } = await lintCourse(courseFiles(folder), checkKinds);
    expect(problems).toContainEqual({
      file: '09-alone.de.md',
      line: 1,
      message: 'There is no 09-alone.md that this could be in another language.',
    });
  });
});
