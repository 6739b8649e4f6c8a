import { describe, expect, it } from 'vitest';
import { canonicalQuantity, parseQuantity } from '../../src/kube/quantity.ts';

describe('quantities', () => {
  it.each([
    ['0.5', '500m'],
    ['1.5', '1500m'],
    ['0.3', '300m'],
    ['1', '1'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['2000', '2k'],
    ['128M', '128M'],
    ['1G', '1G'],
    ['0.5Gi', '512Mi'],
    ['1024Mi', '1Gi'],
    ['1000Mi', '1000Mi'],
    ['0', '0'],
    ['2e3', '2e3'],
    ['no quantity', 'no quantity'],
  ])('%s is written %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
    expect(parseQuantity(canonical)).toBe(parseQuantity(text));
  });
});
