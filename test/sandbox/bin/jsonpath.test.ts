import { describe, expect, it } from 'vitest';
import { jsonPath, jsonPathValues } from '../../../src/sandbox/bin/kubectl/jsonpath.ts';

const pods = {
  items: [
    {
      metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'x' } },
      spec: { containers: [{ name: 'c1' }, { name: 'c2' }] },
      status: { restarts: 2 },
    },
    { metadata: { name: 'b' }, spec: { containers: [{ name: 'c3' }] }, status: { restarts: 0 } },
  ],
};

describe('a JSONPath template', () => {
  const cases: [string, string][] = [
    ['{.items[0].metadata.name}', 'a'],
    ['{.items[*].metadata.name}', 'a b'],
    ['{.items[-1].metadata.name}', 'b'],
    ['{.items[0].spec.containers[:1].name}', 'c1'],
    ['{.items[0,1].metadata.name}', 'a b'],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.spec.containers[*].name}{"\\n"}{end}', 'a\tc1 c2\nb\tc3\n'],
    ['{range .items[*]}{range .spec.containers[*]}<{.name}>{end};{end}', '<c1><c2>;<c3>;'],
    ['{.items[?(@.metadata.name=="b")].spec.containers[0].name}', 'c3'],
    ['{.items[?(@.status.restarts>1)].metadata.name}', 'a'],
    ['{.items[?(@.metadata.labels)].metadata.name}', 'a'],
    ['{.items[0].metadata.labels.app\\.kubernetes\\.io/name}', 'x'],
    ["{.items[0].metadata.labels['app\\.kubernetes\\.io/name']}", 'x'],
    ['{$.items[0].status}', '{"restarts":2}'],
    ['{.items[0].missing.field}', ''],
    ['total: {.items[0].status.restarts} restarts', 'total: 2 restarts'],
  ];
  for (const [template, text] of cases) {
    it(`${template} gives ${JSON.stringify(text)}`, () => expect(jsonPath(template, pods)).toBe(text));
  }

  it('refuses an index out of bounds, as kubectl does for an empty list', () => {
    expect(() => jsonPath('{.items[0].metadata.name}', { items: [] })).toThrow(
      'array index out of bounds: index 0, length 0',
    );
  });

  it('refuses what is not closed', () => {
    expect(() => jsonPath('{.items[0}', pods)).toThrow('unterminated array');
    expect(() => jsonPath('{range .items[*]}{.metadata.name}', pods)).toThrow('unexpected end of range');
    expect(() => jsonPath('{.items', pods)).toThrow('unclosed action');
  });

  it('finds values for sorting and custom columns with or without braces', () => {
    expect(jsonPathValues('.metadata.name', pods.items[0])).toEqual(['a']);
    expect(jsonPathValues('{.metadata.name}', pods.items[0])).toEqual(['a']);
    expect(jsonPathValues('metadata.nothing', pods.items[0])).toEqual([]);
  });
});
