import type { Reply } from './mysql-protocol.ts';

/**
 * The tables of a small MySQL, in memory, and the few statements that run on them: CREATE TABLE, INSERT, SELECT, UPDATE
 * and DELETE of one table with one condition on equality. It knows no sockets; other SQL is answered with error 1064.
 */
interface Table {
  columns: string[];
  rows: Map<string, string>[];
}

const ok = (affectedRows = 0): Reply => ({ type: 'ok', affectedRows, lastInsertId: 0 });
const failed = (code: number, sqlState: string, message: string): Reply => ({
  type: 'error',
  error: { code, sqlState, message },
});

const name = '`?(\\w+)`?';
const statements = {
  session: /^(?:set|use|begin|start transaction|commit|rollback)\b/i,
  version: /^select version\(\)$/i,
  create: new RegExp(`^create table (if not exists )?${name} ?\\((.*)\\)[^()]*$`, 'is'),
  insert: new RegExp(`^insert into ${name} ?\\(([^)]*)\\) ?values ?\\((.*)\\)$`, 'is'),
  select: new RegExp(`^select (.+?) from ${name}(?: where (.*?))?(?: order by .*?)?(?: limit (\\d+))?$`, 'is'),
  update: new RegExp(`^update ${name} set (.*?)(?: where (.*))?$`, 'is'),
  remove: new RegExp(`^delete from ${name}(?: where (.*))?$`, 'is'),
};

/** `a, 'b, c', 3` in parts; quotes and parentheses protect commas. */
function splitList(text: string): string[] {
  const parts = text.match(/(?:'(?:[^'\\]|\\.|'')*'|\([^)]*\)|[^,])+/g) ?? [];
  return parts.map((part) => part.trim());
}

function literal(text: string): string {
  const quoted = /^'(.*)'$/s.exec(text.trim());
  return quoted ? (quoted[1] ?? '').replaceAll("''", "'").replaceAll(/\\(.)/gs, '$1') : text.trim();
}

const bare = (text: string) => text.trim().replaceAll('`', '');

export class MysqlTables {
  readonly #database: string;
  readonly #version: string;
  readonly #tables = new Map<string, Table>();

  constructor(database: string, version: string) {
    this.#database = database;
    this.#version = version;
  }

  run(sql: string): Reply {
    const text = sql.trim().replace(/;$/, '').trim();
    if (statements.session.test(text)) return ok();
    if (statements.version.test(text)) return { type: 'rows', columns: ['VERSION()'], rows: [[this.#version]] };
    const create = statements.create.exec(text);
    if (create) return this.#create(create[2] ?? '', create[3] ?? '', create[1] !== undefined);
    const insert = statements.insert.exec(text);
    if (insert) return this.#insert(insert[1] ?? '', insert[2] ?? '', insert[3] ?? '');
    const select = statements.select.exec(text);
    if (select) return this.#select(select[1] ?? '', select[2] ?? '', select[3], select[4]);
    const update = statements.update.exec(text);
    if (update) return this.#update(update[1] ?? '', update[2] ?? '', update[3]);
    const remove = statements.remove.exec(text);
    if (remove) return this.#remove(remove[1] ?? '', remove[2]);
    return failed(
      1064,
      '42000',
      `You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${text.slice(0, 80)}' at line 1`,
    );
  }

  #with(tableName: string, use: (table: Table) => Reply): Reply {
    const table = this.#tables.get(tableName);
    return table ? use(table) : failed(1146, '42S02', `Table '${this.#database}.${tableName}' doesn't exist`);
  }

  #create(tableName: string, body: string, quietly: boolean): Reply {
    if (this.#tables.has(tableName))
      return quietly ? ok() : failed(1050, '42S01', `Table '${tableName}' already exists`);
    const columns = splitList(body)
      .filter((part) => !/^(primary|unique|key|index|constraint)\b/i.test(part))
      .map((part) => bare(part.split(/\s/, 1)[0] ?? ''));
    this.#tables.set(tableName, { columns, rows: [] });
    return ok();
  }

  #insert(tableName: string, columnList: string, valueList: string): Reply {
    return this.#with(tableName, (table) => {
      const columns = splitList(columnList).map(bare);
      const values = splitList(valueList).map(literal);
      const unknown = columns.find((column) => !table.columns.includes(column));
      if (unknown !== undefined) return unknownColumn(unknown, 'field list');
      if (columns.length !== values.length)
        return failed(1136, '21S01', "Column count doesn't match value count at row 1");
      table.rows.push(new Map(columns.map((column, index) => [column, values[index] ?? ''])));
      return ok(1);
    });
  }

  #select(columnList: string, tableName: string, where: string | undefined, limit: string | undefined): Reply {
    return this.#with(tableName, (table) => {
      const columns = columnList.trim() === '*' ? table.columns : splitList(columnList).map(bare);
      const unknown = columns.find((column) => !table.columns.includes(column));
      if (unknown !== undefined) return unknownColumn(unknown, 'field list');
      const found = matching(table, where).slice(0, limit === undefined ? undefined : Number(limit));
      return { type: 'rows', columns, rows: found.map((row) => columns.map((column) => row.get(column) ?? null)) };
    });
  }

  #update(tableName: string, assignments: string, where: string | undefined): Reply {
    return this.#with(tableName, (table) => {
      const found = matching(table, where);
      for (const assignment of splitList(assignments)) {
        const [column = '', value = ''] = assignment.split(/=(.*)/s);
        for (const row of found) row.set(bare(column), literal(value));
      }
      return ok(found.length);
    });
  }

  #remove(tableName: string, where: string | undefined): Reply {
    return this.#with(tableName, (table) => {
      const gone = new Set(matching(table, where));
      table.rows = table.rows.filter((row) => !gone.has(row));
      return ok(gone.size);
    });
  }
}

function unknownColumn(column: string, place: string): Reply {
  return failed(1054, '42S22', `Unknown column '${column}' in '${place}'`);
}

function matching(table: Table, where: string | undefined): Map<string, string>[] {
  if (where === undefined) return table.rows;
  const [column = '', value = ''] = where.split(/=(.*)/s);
  return table.rows.filter((row) => row.get(bare(column)) === literal(value));
}
