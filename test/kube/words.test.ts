import { describe, expect, it } from 'vitest';
import { apiTime, humanDuration } from '../../src/kube/duration.ts';
import {
  dnsLabel,
  dnsSubdomain,
  fnv32a,
  labelKey,
  randomSuffix,
  safeEncode,
  templateHash,
} from '../../src/kube/names.ts';
import { parseQuantity } from '../../src/kube/quantity.ts';
import { seededRandom } from '../../src/platform/random.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('ages', () => {
  it.each([
    [-2 * second, '<invalid>'],
    [-900, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 59 * second, '9m59s'],
    [179 * minute, '179m'],
    [3 * hour + 5 * minute, '3h5m'],
    [47 * hour, '47h'],
    [2 * day + 3 * hour, '2d3h'],
    [729 * day, '729d'],
    [3 * 365 * day + 2 * day, '3y2d'],
    [9 * 365 * day, '9y'],
  ])('%d ms read %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });

  it('API timestamps have whole seconds', () => {
    expect(apiTime(Date.UTC(2026, 10, 22, 1, 2, 3, 999))).toBe('2026-11-22T01:02:03Z');
  });
});

describe('names', () => {
  it('FNV-1a and the safe alphabet give what upstream gives', () => {
    expect(fnv32a('')).toBe(0x811c9dc5);
    expect(fnv32a('a')).toBe(0xe40c292c);
    expect(safeEncode('0123456789')).toBe('456789bcdf');
  });

  it('equal templates hash alike whatever the order of keys, and a collision count changes the hash', () => {
    expect(templateHash({ a: 1, b: 2 })).toBe(templateHash({ b: 2, a: 1 }));
    expect(templateHash({ a: 1 })).not.toBe(templateHash({ a: 1 }, 1));
  });

  it('suffixes have five safe characters and follow the seed', () => {
    expect(randomSuffix(seededRandom(1))).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    expect(randomSuffix(seededRandom(1))).toBe(randomSuffix(seededRandom(1)));
  });

  it('name rules speak as recorded', () => {
    expect(dnsLabel('Bad_Name')).toBe(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    );
    expect(dnsSubdomain('a.b-c')).toBeUndefined();
    expect(labelKey('example.com/a/b')).toContain('a qualified name must consist of');
  });
});

describe('quantities', () => {
  it.each([
    ['100m', 0.1],
    ['128Mi', 134217728],
    ['1.5', 1.5],
    ['2e3', 2000],
    ['1k', 1000],
    ['lots', undefined],
    ['1Kib', undefined],
  ])('%s is %s', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });
});
