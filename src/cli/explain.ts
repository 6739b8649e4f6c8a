import { Command, InvalidArgumentError } from 'commander';
import type { Question } from '../check/explain/chain.ts';
import { namespacedName } from '../check/explain/subject.ts';
import type { NamespacedName } from '../check/spec-fields.ts';
import type { Words } from '../words/en.ts';
import { loadFindings } from '../words/language.ts';
import type { MeshAccessOptions } from './mesh-access.ts';
import { kubeconfigOption, openKube } from './mesh-access.ts';
import { profileOption, wholeNumber } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples, forPrograms } from './subcommand.ts';

/** `meshwalk explain`: why a request ends as it ends, link by link. Works while meshwalk runs elsewhere. */
interface ExplainOptions extends MeshAccessOptions {
  from: NamespacedName;
  to: NamespacedName;
  method: string;
  port?: number;
  header: Readonly<Record<string, string>>;
  json?: boolean;
}

const calledName =
  ({ usage }: Words) =>
  (text: string): NamespacedName => {
    const name = namespacedName(text);
    if (!name) throw new InvalidArgumentError(usage.wrong.name);
    return name;
  };

const header =
  ({ usage }: Words) =>
  (text: string, before: Readonly<Record<string, string>>): Record<string, string> => {
    const [, name, value] = /^([\w-]+): ?(.*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new InvalidArgumentError(usage.wrong.header);
    return { ...before, [name.toLowerCase()]: value };
  };

export const explainCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { explain: usage } = words.usage;
  return new Command('explain')
    .description(usage.description)
    .argument('[path]', usage.path, '/')
    .requiredOption('--from <namespace/name>', usage.from, calledName(words))
    .requiredOption('--to <namespace/name>', usage.to, calledName(words))
    .option('--port <number>', usage.port, wholeNumber(words))
    .option('--method <method>', usage.method, 'GET')
    .option('--header <header>', usage.header, header(words), {})
    .option('--json', words.usage.options.json)
    .addOption(profileOption(words))
    .addOption(kubeconfigOption(words))
    .addHelpText(
      'after',
      examples(
        words,
        ['meshwalk explain --from bookbuyer/bookbuyer --to bookstore/bookstore /books-bought', usage.answered],
        ['meshwalk explain --from bookthief/bookthief --to bookstore/bookstore /buy-a-book/new', usage.denied],
      ),
    )
    .action((path: string, options: ExplainOptions) => tell(path, options, subcommand));
};

async function tell(path: string, options: ExplainOptions, subcommand: Subcommand): Promise<void> {
  const { machine, signal } = subcommand;
  const { gatherEvidence } = await import('../check/explain/evidence.ts');
  const { explain } = await import('../check/explain/explain.ts');
  const { explanationLines } = await import('./explanation-lines.ts');
  const { from, to, port, header: headers } = options;
  const kube = await openKube(options, subcommand);
  const question: Question = { from, to, port, method: options.method.toUpperCase(), path, headers };
  const findings = await loadFindings(options.json ? forPrograms : machine.words);
  const explanation = explain(question, await gatherEvidence(kube, from, to, signal), findings);
  if (options.json) machine.out(JSON.stringify(explanation));
  else for (const line of explanationLines(question, explanation, machine.words)) machine.out(line);
}
