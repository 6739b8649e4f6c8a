import { type Argument, type AzCommand, globalArguments, type Values } from './command.ts';
import { AzError } from './errors.ts';

/** Words of a command line into values, with the words of Python's argparse where they are wrong. */
function fail(command: AzCommand, message: string): AzError {
  const examples = command.examples.slice(0, 2).flatMap(({ what, line }) => ['', what, line]);
  return new AzError(message, 2, [...examples, '', `Try this: 'az ${command.path} --help'`]);
}

function findArgument(command: AzCommand, known: readonly Argument[], word: string): Argument | undefined {
  const exact = known.find((argument) => argument.names.includes(word));
  if (exact || !word.startsWith('--')) return exact;
  // argparse takes any prefix that fits one option only.
  const fitting = known.flatMap((argument) =>
    argument.names.filter((name) => name.startsWith(word)).map((name) => ({ argument, name })),
  );
  if (fitting.length > 1)
    throw fail(command, `ambiguous option: ${word} could match ${fitting.map(({ name }) => name).join(', ')}`);
  return fitting[0]?.argument;
}

const isOption = (word: string) => /^--?[a-z]/i.test(word);

function checkValue(command: AzCommand, argument: Argument, value: string): string {
  const label = argument.names.join('/');
  if (argument.integer && !/^-?\d+$/.test(value))
    throw fail(command, `argument ${label}: invalid int value: '${value}'`);
  const { choices } = argument;
  if (!choices) return value;
  const chosen = choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
  if (chosen) return chosen;
  throw fail(
    command,
    `argument ${label}: invalid choice: '${value}' (choose from ${choices.map((choice) => `'${choice}'`).join(', ')})`,
  );
}

export function parseArguments(command: AzCommand, words: readonly string[]): Values {
  const known = [...command.arguments, ...globalArguments];
  const values: Record<string, string | true | string[]> = {};
  const unknown: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const [name = '', inline] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    const argument = isOption(word) ? findArgument(command, known, name) : undefined;
    if (!argument) {
      unknown.push(word);
      continue;
    }
    if (argument.kind === 'switch') {
      values[argument.key] = true;
      continue;
    }
    const following: string[] = inline === undefined ? [] : [inline];
    const most = argument.kind === 'many' ? Number.POSITIVE_INFINITY : 1;
    while (following.length < most && at + 1 < words.length && !isOption(words[at + 1] ?? ''))
      following.push(words[++at] ?? '');
    if (argument.kind === 'many') values[argument.key] = following;
    else if (following[0] === undefined)
      throw fail(command, `argument ${argument.names.join('/')}: expected one argument`);
    else values[argument.key] = checkValue(command, argument, following[0]);
  }
  if (values['help']) return values;
  const missing = command.arguments.filter((argument) => argument.required && values[argument.key] === undefined);
  if (missing.length > 0)
    throw fail(
      command,
      `the following arguments are required: ${missing.map((argument) => argument.names.join('/')).join(', ')}`,
    );
  if (unknown.length > 0) throw fail(command, `unrecognized arguments: ${unknown.join(' ')}`);
  return values;
}
