import { accountCommands } from './account.ts';
import { aksCommands } from './aks.ts';
import type { AzCommand, CommandGroup } from './command.ts';
import { AzError } from './errors.ts';
import { groupCommands } from './group.ts';
import { childrenOf, groupHelp } from './help.ts';
import { providerCommands } from './provider.ts';
import { azVersion } from './version.ts';

/** The tree of commands, and how words find their way in it. */
const groups: readonly CommandGroup[] = [
  { path: 'account', summary: 'Manage Azure subscription information.' },
  { path: 'aks', summary: 'Azure Kubernetes Service.' },
  { path: 'aks nodepool', summary: 'Commands to manage node pools in Kubernetes cluster.' },
  { path: 'group', summary: 'Manage resource groups and template deployments.' },
  { path: 'provider', summary: 'Manage resource providers.' },
];

const versionCommand: AzCommand = {
  path: 'version',
  summary: 'Show the versions of Azure CLI modules and extensions in JSON format by default.',
  arguments: [],
  examples: [{ what: 'Show the versions.', line: 'az version' }],
  run: async () => JSON.parse(azVersion('version')),
};

const commands: readonly AzCommand[] = [
  ...accountCommands,
  ...aksCommands,
  ...groupCommands,
  ...providerCommands,
  versionCommand,
];
const paths = commands.map((command) => command.path);

type Found = { type: 'help'; text: string } | { type: 'command'; command: AzCommand; rest: readonly string[] };

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The name that differs from the word in one or two letters. */
function similar(word: string, names: readonly string[]): string | undefined {
  return names
    .map((name) => ({ name, far: editDistance(word, name) }))
    .filter(({ far }) => far <= 2)
    .sort((a, b) => a.far - b.far)[0]?.name;
}

function unknownCommand(group: string, word: string): AzError {
  const prog = group === '' ? 'az' : `az ${group}`;
  const meant = similar(word, childrenOf(group, paths));
  return new AzError(
    `${prog}: '${word}' is not in the '${prog}' command group. See '${prog} --help'.`,
    2,
    meant ? ['', 'The most similar choice to that is:', `\t${meant}`] : [],
  );
}

export function findCommand(words: readonly string[]): Found {
  let path = '';
  for (const [index, word] of words.entries()) {
    if (['--help', '-h'].includes(word)) return { type: 'help', text: groupHelp(path, groups, commands) };
    const next = path === '' ? word : `${path} ${word}`;
    const command = commands.find((candidate) => candidate.path === next);
    if (command) return { type: 'command', command, rest: words.slice(index + 1) };
    if (!groups.some((group) => group.path === next)) throw unknownCommand(path, word);
    path = next;
  }
  if (path === '') return { type: 'help', text: groupHelp('', groups, commands) };
  throw new AzError('the following arguments are required: _subcommand', 2, [
    '',
    groupHelp(path, groups, commands).trimEnd(),
  ]);
}
