import { describe, expect, it } from 'vitest';
import { provenRows } from './proven-rows.ts';
import { openRows, rowList } from './row-list.ts';

const proven = new Set(provenRows().map(({ id }) => id));

describe('the rows of OSM 1.2', () => {
  it('have one id each', () => {
    const ids = rowList.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('have a test each, unless they are named as open', () => {
    expect(rowList.filter(({ id }) => !proven.has(id) && !openRows.has(id)).map(({ id }) => id)).toEqual([]);
  });

  it('are open only while no test proves them', () => {
    expect([...openRows.keys()].filter((id) => proven.has(id))).toEqual([]);
  });
});
