import { type Argument, type AzCommand, type CommandGroup, globalArguments } from './command.ts';

/** The help pages of az, for a group and for a command. */
const labelOf = (argument: Argument) => `${argument.names.join(' ')}${argument.required ? ' [Required]' : ''}`;

function argumentLines(list: readonly Argument[]): string {
  const width = Math.max(...list.map((argument) => labelOf(argument).length));
  const sorted = [...list].sort(
    (a, b) => Number(b.required ?? false) - Number(a.required ?? false) || labelOf(a).localeCompare(labelOf(b)),
  );
  return sorted
    .map((argument) => {
      const choices = argument.choices ? `  Allowed values: ${argument.choices.join(', ')}.` : '';
      return `    ${labelOf(argument).padEnd(width)} : ${argument.help}${choices}\n`;
    })
    .join('');
}

export function commandHelp(command: AzCommand): string {
  const examples = command.examples.map(({ what, line }) => `    ${what}\n        ${line}\n`).join('\n');
  const own = command.arguments.length === 0 ? '' : `\nArguments\n${argumentLines(command.arguments)}`;
  return `
Command
    az ${command.path} : ${command.summary}
${own}
Global Arguments
${argumentLines(globalArguments)}
Examples
${examples}
`;
}

function entryLines(entries: readonly { name: string; summary: string }[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  return entries
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, summary }) => `    ${name.padEnd(width)} : ${summary}\n`)
    .join('');
}

/** Names directly below a group: `aks` has `create`, and the group `nodepool`. */
export function childrenOf(path: string, paths: readonly string[]): string[] {
  const prefix = path === '' ? '' : `${path} `;
  const below = paths.filter((one) => one.startsWith(prefix) && one !== path);
  return [...new Set(below.map((one) => one.slice(prefix.length).split(' ')[0] ?? ''))];
}

export function groupHelp(path: string, groups: readonly CommandGroup[], commands: readonly AzCommand[]): string {
  const full = (name: string) => (path === '' ? name : `${path} ${name}`);
  const summaryOf = (name: string) => groups.find((group) => group.path === full(name))?.summary;
  const names = childrenOf(
    path,
    commands.map((command) => command.path),
  );
  const subgroups = names.flatMap((name) => {
    const summary = summaryOf(name);
    return summary === undefined ? [] : [{ name, summary }];
  });
  const leaves = commands
    .filter((command) => names.some((name) => command.path === full(name)))
    .map((command) => ({ name: command.path.split(' ').at(-1) ?? '', summary: command.summary }));
  const own = groups.find((group) => group.path === path);
  const head = path === '' ? '\nGroup\n    az\n' : `\nGroup\n    az ${path} : ${own?.summary ?? ''}\n`;
  return `${head}${subgroups.length > 0 ? `\nSubgroups:\n${entryLines(subgroups)}` : ''}${leaves.length > 0 ? `\nCommands:\n${entryLines(leaves)}` : ''}
The sandbox's az has the commands that the lessons and their neighbourhood use.
`;
}
