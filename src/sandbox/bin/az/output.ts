import { AzError } from './errors.ts';

/** az's output formats. They know shapes of data, not what it is. */
export interface OutputOptions {
  format: string;
  query: string | undefined;
  table: Readonly<Record<string, string>> | undefined;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Python's str(). */
function pythonText(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

function tsv(data: Json): string {
  const rows = Array.isArray(data) ? data : [data];
  const cell = (value: Json) => {
    if (Array.isArray(value)) return String(value.length);
    return isObject(value) ? '' : pythonText(value);
  };
  const line = (row: Json) => {
    if (Array.isArray(row)) return row.map(cell).join('\t');
    if (isObject(row)) return Object.values(row).map(cell).join('\t');
    return typeof row === 'boolean' ? String(row) : cell(row);
  };
  return rows.map((row) => `${line(row)}\n`).join('');
}

const isScalar = (value: Json) => typeof value !== 'object' || value === null;
const hiddenColumns = ['id', 'type', 'etag'];
const title = (key: string) => `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;

function rowOf(item: Json, wasQueried: boolean): Record<string, string> {
  if (isObject(item)) {
    const shown = Object.entries(item).filter(
      ([key, value]) => isScalar(value) && (wasQueried || (!hiddenColumns.includes(key) && value !== null)),
    );
    return Object.fromEntries(shown.map(([key, value]) => [title(key), value === null ? '' : pythonText(value)]));
  }
  if (Array.isArray(item))
    return Object.fromEntries(item.filter(isScalar).map((value, index) => [`Column${index + 1}`, pythonText(value)]));
  return { Result: pythonText(item) };
}

/** tabulate's "simple" style: a header is two wider than its text, columns stand two apart. */
export function drawTable(rows: readonly Record<string, string>[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return '';
  const widths = columns.map((column) => Math.max(column.length + 2, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) =>
    `${cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()}\n`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return line(columns) + rule + rows.map((row) => line(columns.map((column) => row[column] ?? ''))).join('');
}

async function search(data: Json, query: string): Promise<Json> {
  const { default: jmespath } = await import('jmespath');
  try {
    return jmespath.search(data, query);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The library's own classes are not exported; it names its errors.
    if (!['ParserError', 'LexerError'].includes(error.name)) throw new AzError(error.message);
    throw new AzError(`argument --query: invalid jmespath_type value: ${pythonQuoted(query)}`, 2, [
      '',
      'To learn more about --query, please visit: https://learn.microsoft.com/cli/azure/query-azure-cli',
    ]);
  }
}

const pythonQuoted = (text: string) => (text.includes("'") ? `"${text}"` : `'${text}'`);

async function tableRows(data: Json, { table, query }: OutputOptions): Promise<Record<string, string>[]> {
  const items = Array.isArray(data) ? data : [data];
  if (!table || query !== undefined) return items.map((item) => rowOf(item, query !== undefined));
  return Promise.all(
    items.map(async (item) => {
      const cells = await Promise.all(
        Object.entries(table).map(async ([column, path]) => [column, await search(item, path)] as const),
      );
      return Object.fromEntries(cells.map(([column, value]) => [column, value === null ? '' : pythonText(value)]));
    }),
  );
}

const colours = { key: '\x1b[94m', text: '\x1b[33m', number: '\x1b[92m', word: '\x1b[96m', off: '\x1b[39;49;00m' };

function colourJson(text: string): string {
  return text.replaceAll(
    /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?)/g,
    (all, quoted, colon, word) => {
      if (quoted) return `${colon ? colours.key : colours.text}${quoted}${colours.off}${colon ?? ''}`;
      return `${word ? colours.word : colours.number}${all}${colours.off}`;
    },
  );
}

/** The text to print; empty when there is nothing to say. */
export async function formatOutput(result: unknown, options: OutputOptions): Promise<string> {
  // undefined members vanish and class instances become plain, as on a wire.
  const whole = JSON.parse(JSON.stringify(result)) as Json;
  const data = options.query === undefined ? whole : await search(whole, options.query);
  if (data === null) return '';
  switch (options.format) {
    case 'none':
      return '';
    case 'tsv':
      return tsv(data);
    case 'table':
      return drawTable(await tableRows(data, options));
    case 'yaml':
    case 'yamlc': {
      const { stringify } = await import('yaml');
      return stringify(data, { lineWidth: 0 });
    }
    case 'jsonc':
      return `${colourJson(JSON.stringify(data, null, 2))}\n`;
    default:
      return `${JSON.stringify(data, null, 2)}\n`;
  }
}
