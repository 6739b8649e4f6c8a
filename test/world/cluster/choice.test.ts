import { expect, it } from 'vitest';
import {
  type ClusterChoice,
  keepClusterChoice,
  leftMesh,
  readClusterChoice,
} from '../../../src/world/cluster/choice.ts';
import { tempFolders } from '../../platform/temp-folder.ts';

const tempFolder = tempFolders();
const choiceOf = (name: string, meshConfig: unknown): ClusterChoice => ({
  context: name,
  server: `https://${name}:6443`,
  meshNamespace: 'osm-system',
  meshConfig,
});

it('what a mesh was set to before the first lesson is known when its cluster is chosen again after others', () => {
  const folder = tempFolder();
  keepClusterChoice(folder, choiceOf('one', { egress: true }));
  keepClusterChoice(folder, choiceOf('two', { egress: false }));
  keepClusterChoice(folder, choiceOf('three', undefined));
  expect(readClusterChoice(folder)).toEqual(choiceOf('three', undefined));
  expect(leftMesh(folder, 'https://one:6443', 'osm-system')?.meshConfig).toEqual({ egress: true });
  expect(leftMesh(folder, 'https://two:6443', 'osm-system')?.meshConfig).toEqual({ egress: false });
  expect(leftMesh(folder, 'https://two:6443', 'another')).toBeUndefined();
  expect(leftMesh(folder, 'https://four:6443', 'osm-system')).toBeUndefined();
});

it('another context of the same cluster is about the same mesh', () => {
  const folder = tempFolder();
  keepClusterChoice(folder, choiceOf('one', { egress: true }));
  const known = leftMesh(folder, 'https://one:6443', 'osm-system');
  expect(known?.meshConfig).toEqual({ egress: true });
});
