import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AzArguments, azProblems, commandOf } from '../tools/az-lines.ts';
import { commandLines } from '../tools/command-lines.ts';

const root = join(import.meta.dirname, '../..');
const golden: AzArguments = JSON.parse(readFileSync(join(root, 'test/golden/az-arguments.json'), 'utf8'));
const lines = commandLines('az');

const problemsOf = (known: AzArguments) =>
  lines.flatMap(({ where, words }) =>
    azProblems(words, known).map((problem) => `${where}: ${words.join(' ')}: ${problem}`),
  );

describe('the lines of az that people are told to type', () => {
  it('are taken by the real az, by its own definitions of arguments', () => {
    expect(problemsOf(golden)).toEqual([]);
  });

  it('are found in lessons of both languages, the catalogue and the code', () => {
    const places = [
      'lessons/01-create-cluster.md',
      'lessons/01-create-cluster.de.md',
      'words: en.faultTexts',
      'src/check/',
    ];
    for (const place of places)
      expect(
        lines.map(({ where }) => where).some((where) => where.startsWith(place)),
        place,
      ).toBe(true);
    const creation = lines.find(({ where, words }) => where === places[0] && commandOf(words) === 'aks create');
    expect(creation?.words).toEqual(
      expect.arrayContaining(['--enable-addons', 'open-service-mesh', '--generate-ssh-keys']),
    );
  });

  it.each([
    ['az aks creat --name x --resource-group y', 'no command "az aks creat"'],
    ['az aks create --name x', '--resource-group is required'],
    ['az aks create -n x -g y --generate-ssh-keys yes', 'nothing takes the word "yes"'],
    ['az aks create -n x -g y --enable-adons z', 'no option --enable-adons'],
    ['az aks create -n x -g', '-g wants a value'],
    ['az group list --output tabel', '--output does not take "tabel"'],
    ['az group exists --name x=y --output=table', ''],
    ['az group create -l here -n x --tags a=b c=d', ''],
  ])('of %s the mistake is told: %s', (line, problem) => {
    expect(azProblems(line.split(' '), golden).join()).toContain(problem);
    if (problem === '') expect(azProblems(line.split(' '), golden)).toEqual([]);
  });
});

describe('what is kept of the real az', () => {
  const python = process.env['AZURE_CLI_PYTHON'] || 'python3';
  const has = spawnSync(python, ['-c', 'import azure.cli.core']).status === 0;
  if (!has)
    console.warn(`SKIPPED: ${python} has no azure-cli, so test/golden/az-arguments.json is not held against it.`);
  let real: AzArguments;
  beforeAll(() => {
    if (!has) return;
    const commands = execFileSync(process.execPath, [join(root, 'test/tools/az-lines.ts')]);
    const script = join(root, 'test/tools/az-arguments.py');
    real = JSON.parse(execFileSync(python, [script], { input: commands, encoding: 'utf8' }));
  }, 120_000);

  it.skipIf(!has)('is what it takes, where it is installed; another version takes all our lines too', () => {
    if (real['azure-cli'] === golden['azure-cli']) expect(real).toEqual(golden);
    else expect(problemsOf(real)).toEqual([]);
  });
});
