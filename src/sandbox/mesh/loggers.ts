import { StatusText } from './admin-answer.ts';

/** Envoy's loggers with their levels, as POST /logging shows and sets them. This proxy writes little below `warning`. */
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

const names = [
  'admin',
  'assert',
  'client',
  'config',
  'conn_handler',
  'connection',
  'dns',
  'filter',
  'http',
  'http2',
  'init',
  'jwt',
  'lua',
  'main',
  'misc',
  'pool',
  'rbac',
  'router',
  'runtime',
  'secret',
  'stats',
  'tracing',
  'upstream',
  'wasm',
];

const usage =
  'usage: /logging?<name>=<level> (change single level)\n' +
  'usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)\n' +
  'usage: /logging?level=<level> (change all levels)\n' +
  `levels: ${levels.join(' ')}\n`;

export class Loggers {
  readonly #levels: Map<string, string>;

  constructor(level: string) {
    this.#levels = new Map(names.map((name) => [name, level]));
  }

  /** Sets what the query asks for, all or nothing, and answers with the levels then in force. */
  change(query: URLSearchParams): string {
    const wanted = [...query].flatMap(([name, value]): [string, string][] => {
      if (name === 'level') return names.map((each) => [each, value]);
      if (name !== 'paths') return [[name, value]];
      return value.split(',').map((part) => {
        const [path = '', level = ''] = part.split(':');
        return [path, level];
      });
    });
    const isKnown = ([name, level]: [string, string]) => this.#levels.has(name) && levels.includes(level);
    if (!wanted.every(isKnown)) throw new StatusText(400, usage);
    for (const [name, level] of wanted) this.#levels.set(name, level);
    return `active loggers:\n${[...this.#levels].map(([name, level]) => `  ${name}: ${level}\n`).join('')}\n`;
  }
}
