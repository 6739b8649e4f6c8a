import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../cli/meshwalk.ts';
import { lessonsInOrder, type Station, stationName, stationsOf } from './course.ts';
import { Lab } from './lab.ts';
import { manifestMutants } from './manifest-mutants.ts';
import { playMutant } from './play-mutant.ts';

// A few of them; `node test/mutants/main.ts` plays them all and prints the table.
let stations: Station[];
beforeAll(async () => {
  stations = stationsOf(await lessonsInOrder());
});
const station = (name: string): Station => {
  const found = stations.find((one) => stationName(one) === name);
  if (!found) throw new Error(`no task ${name}`);
  return found;
};
const namesOf = (name: string) => station(name).mutants.map((mutant) => mutant.name);

describe('mutants', () => {
  it('change and remove each leaf of a manifest, and leave out each object', () => {
    const text = 'kind: A\nmetadata: { name: a }\nspec: { on: true, list: [1] }\n---\nkind: B\nmetadata: { name: b }\n';
    const mutants = manifestMutants('manifests/x.yaml', text);
    expect(mutants.map(({ name }) => name)).toEqual([
      'A/a left out',
      'A/a kind: A -> Ax',
      'A/a kind: removed',
      'A/a metadata.name: a -> ax',
      'A/a metadata.name: removed',
      'A/a spec.on: true -> false',
      'A/a spec.on: removed',
      'A/a spec.list[0]: 1 -> 2',
      'A/a spec.list[0]: removed',
      'B/b left out',
      'B/b kind: B -> Bx',
      'B/b kind: removed',
      'B/b metadata.name: b -> bx',
      'B/b metadata.name: removed',
    ]);
    const [leftOut, , , , , flipped] = mutants;
    expect(leftOut?.change).toEqual({ type: 'manifest', text: expect.not.stringContaining('kind: A') });
    expect(flipped?.change).toEqual({ type: 'manifest', text: expect.stringContaining('on: false') });
  });

  it('leave out lines and words of commands, and change words, namespaces and values of a JSON', () => {
    expect(namesOf('deny-by-default.permissive-off')).toEqual(
      expect.arrayContaining([
        'permissive-off: in namespace default and not kube-system',
        'permissive-off: without --type=merge',
        'permissive-off: spec.traffic.enablePermissiveTrafficPolicyMode: false -> true',
      ]),
    );
    expect(namesOf('allow-with-policies.meet-the-thief')).toContain(
      'create-bookthief: without "osm namespace add bookthief"',
    );
  });

  it('have names of their own, so that what is explained is one of them', () => {
    const all = stations.flatMap(({ mutants }) => mutants.map(({ file, name }) => `${file} ${name}`));
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(1500);
  });
});

describe('played', () => {
  let folder: string;
  let lab: Lab;
  beforeAll(async () => {
    build();
    folder = mkdtempSync(join(tmpdir(), 'meshwalk-mutants-'));
    lab = new Lab(folder, join(import.meta.dirname, '../../node_modules/.bin'));
  });
  afterAll(async () => {
    await lab.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['create-group: meshwalk-rg -> meshwalk-rgx', 'condition'],
    ['create-group: without --name', 'command'],
  ])(
    '%s is seen by a %s, with a reason that names it',
    async (name, by) => {
      const { lesson, task, mutants } = station('create-cluster.create-group');
      const mutant = mutants.find((one) => one.name === name);
      if (!mutant) throw new Error(`no mutant ${name}`);
      await lab.start();
      expect(await playMutant(lab, mutant, lesson, task)).toMatchObject({ type: 'killed', by, names: true });
    },
    60_000,
  );
});
