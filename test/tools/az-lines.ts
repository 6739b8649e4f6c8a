// Holds lines of `az` against what the real one takes. As a program it prints which commands those lines use.
import { commandLines } from './command-lines.ts';

/** One argument of a command: all its names, and how many values follow (Python's argparse: `?` none or one, `+` some, `*` any). */
export interface AzArgument {
  names: readonly string[];
  values: 0 | 1 | '?' | '+' | '*';
  required?: boolean;
  choices?: readonly string[];
}

/** test/golden/az-arguments.json, as az-arguments.py writes it. */
export interface AzArguments {
  'azure-cli': string;
  commands: Readonly<Record<string, readonly AzArgument[]>>;
}

/** What every command takes beside its own (knack, azure.cli.core.commands.parameters). */
const forAll: readonly AzArgument[] = [
  { names: ['--help', '-h'], values: 0 },
  { names: ['--debug'], values: 0 },
  { names: ['--verbose'], values: 0 },
  { names: ['--only-show-errors'], values: 0 },
  {
    names: ['--output', '-o'],
    values: 1,
    choices: ['json', 'jsonc', 'none', 'table', 'tsv', 'yaml', 'yamlc'],
  },
  { names: ['--query'], values: 1 },
  { names: ['--subscription'], values: 1 },
];

/** `aks create` of `az aks create --name x`. */
export function commandOf(words: readonly string[]): string {
  const end = words.findIndex((word, index) => index > 0 && !/^[a-z][a-z-]*$/.test(word));
  return words.slice(1, end < 0 ? undefined : end).join(' ');
}

/** What the real `az` would not take of this line; empty where it takes it. */
export function azProblems(words: readonly string[], { commands }: AzArguments): string[] {
  const command = commandOf(words);
  const own = commands[command];
  if (!own) return [`no command "az ${command}"`];
  const known = [
    ...own,
    ...forAll.filter(({ names }) => !own.some((one) => one.names.some((name) => names.includes(name)))),
  ];
  const problems: string[] = [];
  const given = new Set<AzArgument>();
  const rest = words.slice(1 + command.split(' ').length);
  for (let at = 0; at < rest.length; ) {
    const [name = '', inline] = (rest[at] ?? '').split(/=(.*)/s);
    const argument = known.find(({ names }) => names.includes(name));
    at += 1;
    if (!argument) {
      problems.push(name.startsWith('-') ? `no option ${name}` : `nothing takes the word "${name}"`);
      continue;
    }
    given.add(argument);
    const most = argument.values === 0 ? 0 : argument.values === 1 || argument.values === '?' ? 1 : rest.length;
    const values: string[] = inline === undefined ? [] : [inline];
    while (values.length < most && at < rest.length && !rest[at]?.startsWith('-')) values.push(rest[at++] ?? '');
    problems.push(...valueProblems(name, values, argument));
  }
  const missing = known.filter((argument) => argument.required && !given.has(argument));
  return [...problems, ...missing.map(({ names }) => `${names[0]} is required`)];
}

function valueProblems(name: string, values: readonly string[], { values: wanted, choices }: AzArgument): string[] {
  if (wanted === 0 && values.length > 0) return [`${name} takes no value`];
  if ((wanted === 1 || wanted === '+') && values.length === 0) return [`${name} wants a value`];
  const odd = choices ? values.filter((value) => value !== '…' && value !== 'thing' && !choices.includes(value)) : [];
  return odd.map((value) => `${name} does not take "${value}"`);
}

if (import.meta.main) {
  const commands = new Set(commandLines('az').map(({ words }) => commandOf(words)));
  for (const command of [...commands].toSorted()) console.log(command);
}
