import { it } from 'vitest';
import { rowList } from './row-list.ts';

/** A test of one row of the list; its name carries the row's id and how sure the fact is. */
export function row(id: string, says: string, prove: () => Promise<void> | void): void {
  const found = rowList.find((one) => one.id === id);
  if (!found) throw new Error(`no row ${id} in row-list.ts`);
  it(`${id}: ${says}${found.sure ? ` [${found.sure}]` : ''}`, prove);
}
