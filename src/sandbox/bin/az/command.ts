import type { ProgramIo } from '../cobra/command.ts';
import type { AzureConnection } from './connection.ts';

/** What a command of az is made of. Knows no command. */
export interface Argument {
  /** `--name`, then its short forms. */
  names: readonly string[];
  /** Key among the values. */
  key: string;
  /** `many` takes all words up to the next option. */
  kind: 'value' | 'switch' | 'many';
  required?: boolean;
  choices?: readonly string[];
  integer?: boolean;
  help: string;
}

export type Values = Readonly<Record<string, string | true | readonly string[] | undefined>>;

export interface Invocation {
  values: Values;
  /** The text of an argument, or the fallback. */
  text(key: string, fallback?: string): string;
  isOn(key: string): boolean;
  io: AzIo;
  connection: AzureConnection;
}

export interface AzIo extends ProgramIo {
  /** Yellow on a terminal, `WARNING: ` elsewhere; silent with --only-show-errors. */
  warn(text: string): void;
  /** Shows ` / Running ..` on a terminal until the work ends. */
  running<T>(work: Promise<T>): Promise<T>;
  isInteractive: boolean;
}

export interface AzCommand {
  /** `aks get-credentials` */
  path: string;
  summary: string;
  arguments: readonly Argument[];
  examples: readonly { what: string; line: string }[];
  /** A missing thing ends with 3. */
  isShow?: boolean;
  /** Columns of `-o table`: header to JMESPath. */
  table?: Readonly<Record<string, string>>;
  /** Rows of `-o table` where columns alone cannot say them. */
  tableRows?(result: unknown): object[];
  /** Undefined prints nothing. */
  run(invocation: Invocation): Promise<unknown>;
}

export interface CommandGroup {
  path: string;
  summary: string;
}

export const resourceGroupArgument: Argument = {
  names: ['--resource-group', '-g'],
  key: 'resourceGroup',
  kind: 'value',
  required: true,
  help: 'Name of resource group.',
};

export const clusterNameArgument: Argument = {
  names: ['--name', '-n'],
  key: 'name',
  kind: 'value',
  required: true,
  help: 'Name of the managed cluster.',
};

export const noWaitArgument: Argument = {
  names: ['--no-wait'],
  key: 'noWait',
  kind: 'switch',
  help: 'Do not wait for the long-running operation to finish.',
};

export const yesArgument: Argument = {
  names: ['--yes', '-y'],
  key: 'yes',
  kind: 'switch',
  help: 'Do not prompt for confirmation.',
};

export const tagsArgument: Argument = {
  names: ['--tags'],
  key: 'tags',
  kind: 'many',
  help: 'Space-separated tags: key[=value] [key[=value] ...].',
};

export const globalArguments: readonly Argument[] = [
  { names: ['--debug'], key: 'debug', kind: 'switch', help: 'Increase logging verbosity to show all debug logs.' },
  { names: ['--help', '-h'], key: 'help', kind: 'switch', help: 'Show this help message and exit.' },
  {
    names: ['--only-show-errors'],
    key: 'onlyShowErrors',
    kind: 'switch',
    help: 'Only show errors, suppressing warnings.',
  },
  {
    names: ['--output', '-o'],
    key: 'output',
    kind: 'value',
    choices: ['json', 'jsonc', 'none', 'table', 'tsv', 'yaml', 'yamlc'],
    help: 'Output format.',
  },
  {
    names: ['--query'],
    key: 'query',
    kind: 'value',
    help: 'JMESPath query string. See http://jmespath.org/ for more information and examples.',
  },
  {
    names: ['--subscription'],
    key: 'subscription',
    kind: 'value',
    help: 'Name or ID of subscription.',
  },
  { names: ['--verbose'], key: 'verbose', kind: 'switch', help: 'Increase logging verbosity.' },
];

export function tagsOf(values: Values): Record<string, string> | undefined {
  const given = values['tags'];
  if (!Array.isArray(given)) return undefined;
  return Object.fromEntries(
    given.map((pair: string) => pair.split(/=(.*)/s)).map(([key = '', value = '']) => [key, value]),
  );
}
