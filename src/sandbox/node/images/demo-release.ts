import type { ContainerContext } from '../program.ts';
import { consoleLog } from './console-log.ts';

/**
 * What differs between the two releases of the demo applications that the course meets: `v0.11` reads its page
 * templates from --path and names no default namespaces, `v1.2` and later embed them. Decided by the image tag.
 */
export type DemoRelease = 'v0.11' | 'v1.2';

export function demoRelease(image: string): DemoRelease {
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest-main';
  return /^v0\./.test(tag) ? 'v0.11' : 'v1.2';
}

interface FlagSpec {
  [name: string]: { kind: 'int' | 'string'; usage: string; value: string };
}

export type Flags = { ok: true; values: Record<string, string> } | { ok: false; exitCode: number };

function usage(program: string, specs: FlagSpec): string {
  const lines = Object.entries(specs)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, spec]) => {
      const shown = spec.kind === 'int' ? spec.value : `"${spec.value}"`;
      return `  -${name} ${spec.kind}\n    \t${spec.usage} (default ${shown})\n`;
    });
  return `Usage of ${program}:\n${lines.join('')}`;
}

/** Go's flag package: one or two dashes, `--port 14001` or `--port=14001`; an unknown flag ends the program with 2. */
export function parseFlags(context: ContainerContext, specs: FlagSpec): Flags {
  const [program = '', ...args] = context.argv;
  const values = Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, spec.value]));
  const refuse = (why: string): Flags => {
    context.stderr(`${why}\n${usage(program, specs)}`);
    return { ok: false, exitCode: 2 };
  };
  for (let at = 0; at < args.length; at++) {
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(args[at] ?? '');
    if (!match) break;
    const name = match[1] ?? '';
    const spec = specs[name];
    if (!spec) return refuse(`flag provided but not defined: -${name}`);
    const value = match[2] ?? args[++at];
    if (value === undefined) return refuse(`flag needs an argument: -${name}`);
    if (spec.kind === 'int' && !/^[+-]?\d+$/.test(value))
      return refuse(`invalid value "${value}" for flag -${name}: parse error`);
    values[name] = value;
  }
  return { ok: true, values };
}

/** Flags that every web application of the demo has. */
export function webFlags(context: ContainerContext, release: DemoRelease, more: FlagSpec = {}): Flags {
  return parseFlags(context, {
    ...more,
    port: { kind: 'int', usage: 'port on which this app is listening for incoming HTTP', value: '14001' },
    ...(release === 'v0.11' ? { path: { kind: 'string', usage: 'path to the HTML template', value: '.' } } : {}),
  });
}

export const environmentValue = (context: ContainerContext, name: string, otherwise: string): string =>
  context.env[name] || otherwise;

/** An integer from the environment, or undefined after logging why the program must end. */
export function environmentInteger(
  context: ContainerContext,
  component: string,
  name: string,
  otherwise: string,
): number | undefined {
  const text = environmentValue(context, name, otherwise);
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  consoleLog(context, component).fatal(
    `Could not convert environment variable ${name}='${text}' to int`,
    'books.go:300',
    `strconv.ParseInt: parsing "${text}": invalid syntax`,
  );
  return undefined;
}
