import { describe, expect, it } from 'vitest';
import {
  labelSelectorText,
  matchesLabelSelector,
  parseFieldSelector,
  parseLabelSelector,
} from '../../src/kube/selectors.ts';

const matches = (text: string, labels: Record<string, string>) =>
  matchesLabelSelector(parseLabelSelector(text), labels);

describe('label selectors in text form', () => {
  it.each([
    ['app=web', { app: 'web' }, true],
    ['app==web', { app: 'api' }, false],
    ['app!=web', { app: 'api' }, true],
    ['app!=web', {}, true],
    ['app', { app: '' }, true],
    ['!app', { app: '' }, false],
    ['tier in (a, b),app', { app: 'x', tier: 'b' }, true],
    ['tier notin (a,b)', { tier: 'a' }, false],
    ['tier notin (a,b)', {}, true],
    ['openservicemesh.io/monitored-by=osm', { 'openservicemesh.io/monitored-by': 'osm' }, true],
    ['app=', { app: '' }, true],
    ['', { any: 'thing' }, true],
  ])('%s on %j is %s', (text, labels, expected) => {
    expect(matches(text, labels as Record<string, string>)).toBe(expected);
  });

  it('a selector that cannot be read answers 400 with the API’s words', () => {
    expect(() => parseLabelSelector('tier in a')).toThrow("unable to parse requirement: found 'a', expected: '('");
  });

  it('an object selector is written as kubectl prints it', () => {
    expect(
      labelSelectorText({
        matchLabels: { b: '2', a: '1' },
        matchExpressions: [{ key: 'c', operator: 'In', values: ['x', 'y'] }],
      }),
    ).toBe('a=1,b=2,c in (x,y)');
  });
});

describe('field selectors', () => {
  it('terms keep their field, sense and value', () => {
    expect(parseFieldSelector('metadata.name=web,status.phase!=Running')).toEqual([
      { field: 'metadata.name', equal: true, value: 'web' },
      { field: 'status.phase', equal: false, value: 'Running' },
    ]);
  });
});
