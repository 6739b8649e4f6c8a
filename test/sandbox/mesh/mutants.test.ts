import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';

// Whether tests notice them is judged by test/tools/mesh-mutants.ts, which takes an hour.
const mesh = join(import.meta.dirname, '../../../src/sandbox/mesh');

describe('mutants of the mesh', () => {
  it('each change one place that is there', () => {
    const astray = mutants.filter(({ file, find, replace }) => {
      const places = readFileSync(join(mesh, file), 'utf8').split(find).length - 1;
      return places !== 1 || find === replace;
    });
    expect(astray.map(({ file, rule }) => `${file}: ${rule}`)).toEqual([]);
  });

  it('have a rule of their own', () => {
    const rules = mutants.map(({ file, rule, find }) => `${file} ${rule} ${find}`);
    expect(new Set(rules).size).toBe(rules.length);
  });
});
