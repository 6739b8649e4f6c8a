import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type CourseNames, fitToWorld, namesInLessons } from '../../src/lesson/fit-to-world.ts';

const lessons = join(import.meta.dirname, '../../lessons');
const own: CourseNames = {
  resourceGroup: 'ada-rg',
  cluster: 'ada',
  region: 'westeurope',
  nodeCount: 2,
  meshNamespace: 'osm-system',
};
const fitted = (source: string, names: Partial<CourseNames> = {}) => fitToWorld(source, { ...own, ...names });

it('lessons stay as they are, byte for byte, for a learner who takes every name as it is', () => {
  for (const file of readdirSync(lessons, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  )) {
    const source = readFileSync(join(lessons, file), 'utf8');
    expect(fitToWorld(source, namesInLessons)).toBe(source);
    expect(fitted(source).split('\n')).toHaveLength(source.split('\n').length);
  }
});

it('names are replaced as whole words, in text and commands, and none twice', () => {
  expect(fitted('In meshwalk-rg, not meshwalk-rg-2: MC_meshwalk-rg_meshwalk-aks_southeastasia.')).toBe(
    'In ada-rg, not meshwalk-rg-2: MC_ada-rg_ada_westeurope.',
  );
  expect(fitted('meshwalk-rg meshwalk-aks', { resourceGroup: 'meshwalk-aks', cluster: 'meshwalk-rg' })).toBe(
    'meshwalk-aks meshwalk-rg',
  );
  expect(fitted('kube-context: { name: meshwalk-aks }', { cluster: "$&$'" })).toBe("kube-context: { name: $&$' }");
});

it('the namespace of the mesh is replaced where something runs, and not where it is spoken of', () => {
  const source = [
    'On AKS it is `kube-system`; kube-system never joins.',
    'See `kubectl get pods -n kube-system` and `kube-system`.',
    '```yaml {"quiz":"where"}',
    '- kube: In kube-system.',
    '```',
    '~~~bash {"name":"a","effect":"reads"}',
    '```',
    'kubectl get pods -n kube-system -l x=kube-system-2',
    '~~~',
    'kube-system',
  ];
  expect(fitted(source.join('\n')).split('\n')).toEqual(
    source
      .with(1, 'See `kubectl get pods -n osm-system` and `kube-system`.')
      .with(7, 'kubectl get pods -n osm-system -l x=kube-system-2'),
  );
});

it('the number of nodes, their size and the subscription reach the commands of az', () => {
  const line = '`az aks create --node-count 3 --tags a=b`';
  expect(fitted(line)).toBe('`az aks create --node-count 2 --tags a=b`');
  expect(fitted(line, { nodeCount: 3, nodeSize: 'Standard_D2s_v3', subscription: 'ab-1' })).toBe(
    '`az aks create --subscription ab-1 --node-count 3 --node-vm-size Standard_D2s_v3 --tags a=b`',
  );
  expect(fitted('`az account show --node-count 30`', { subscription: 'ab-1' })).toBe(
    '`az account show --node-count 30`',
  );
});

it('what PowerShell takes is fitted as what bash takes', () => {
  const source =
    '```powershell {"twin":"a"}\naz aks create `\n  --name meshwalk-aks `\n  --node-count 3\n$a = kubectl get pods -n kube-system\n```';
  expect(fitted(source, { subscription: 'ab-1' })).toBe(
    '```powershell {"twin":"a"}\naz aks create --subscription ab-1 `\n  --name ada `\n  --node-count 2\n$a = kubectl get pods -n osm-system\n```',
  );
});
