// The table of the mesh's rows: id, how sure the fact is, the tests that prove it, and where they are.
// node test/tools/mesh-rows.ts
import { provenRows } from '../sandbox/mesh/rows/proven-rows.ts';
import { openRows, rowList } from '../sandbox/mesh/rows/row-list.ts';

const proven = Map.groupBy(provenRows(), ({ id }) => id);
const lines = rowList.flatMap(({ id, sure = '' }) => {
  const tests = proven.get(id) ?? [{ test: `open: ${openRows.get(id) ?? 'no test'}`, file: '-' }];
  return tests.map(({ test, file }) => `| ${id} | ${sure} | ${test} | ${file.replace('test/sandbox/mesh/', '')} |`);
});

console.log('| row | sure | test | file below test/sandbox/mesh |\n|---|---|---|---|');
console.log(lines.join('\n'));
console.log(`\n${rowList.length} rows, ${lines.length - openRows.size} tests, ${openRows.size} rows open.`);
