import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksOf, filesOf, readManifest } from '../../../src/lesson/fields/manifest.ts';

const pathsOf = (text: string) =>
  readManifest('x', text).lines.map(({ field }) => (field ? `${field.kind} ${field.path.join('.')}` : ''));

describe('the fields of a manifest', () => {
  it('are known line by line, through lists, comments and documents', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../manifests/split/50-50.yaml'), 'utf8');
    expect(pathsOf(text)).toEqual([
      '',
      'TrafficSplit apiVersion',
      'TrafficSplit kind',
      'TrafficSplit metadata',
      'TrafficSplit metadata.name',
      'TrafficSplit metadata.namespace',
      'TrafficSplit spec',
      'TrafficSplit spec.service',
      'TrafficSplit spec.backends',
      'TrafficSplit spec.backends.service',
      'TrafficSplit spec.backends.weight',
      'TrafficSplit spec.backends.service',
      'TrafficSplit spec.backends.weight',
    ]);
    expect(pathsOf('apiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: B\nx: 1')).toEqual([
      'A apiVersion',
      'A kind',
      '',
      'B apiVersion',
      'B kind',
      'B x',
    ]);
  });

  it('go on over block scalars, plain lists and flow collections', () => {
    const text = [
      'apiVersion: v1',
      'kind: Pod',
      'data:',
      '  script: |',
      '    line one',
      '',
      '    # still text',
      'args:',
      '  - one',
      '  - { a: 1, b: 2 }',
      'after: x',
    ].join('\n');
    expect(pathsOf(text).slice(3)).toEqual([
      'Pod data.script',
      'Pod data.script',
      '',
      '',
      'Pod args',
      'Pod args',
      'Pod args.a',
      'Pod after',
    ]);
  });

  it('are unknown where the text does not say of which kind it is, or is no YAML', () => {
    expect(pathsOf('spec:\n  weight: 1')).toEqual(['', '']);
    expect(() => readManifest('x', 'a: [\n: : {"')).not.toThrow();
  });

  it('come from blocks of the text and from files that commands name', () => {
    expect(blocksOf('a\n\n```yaml\nkind: A\n```\n\n```bash\nkind: B\n```\n\n~~~yml\nkind: C\n~~~\n')).toEqual([
      'kind: A',
      'kind: C',
    ]);
    expect(
      filesOf(
        'kubectl apply -f a.yaml \\\n  -f b.yaml\ngrep -f no.yaml x\nkubectl delete --filename="c/"; kubectl apply -f - <<E',
      ),
    ).toEqual(['a.yaml', 'b.yaml', 'c/']);
    expect(filesOf('kubectl apply -f https://x.de/a.yaml -f $FILE')).toEqual([]);
  });
});
