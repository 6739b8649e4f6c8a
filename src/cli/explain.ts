import { Command, InvalidArgumentError } from 'commander';
import type { Question } from '../check/explain/chain.ts';
import { namespacedName } from '../check/explain/subject.ts';
import type { NamespacedName } from '../check/spec-fields.ts';
import { loadFindings } from '../words/language.ts';
import type { MeshAccessOptions } from './mesh-access.ts';
import { kubeconfigOption, openKube } from './mesh-access.ts';
import { positiveInteger, profileOption } from './options.ts';
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

function calledName(text: string): NamespacedName {
  const name = namespacedName(text);
  if (!name) throw new InvalidArgumentError('It must be a namespace and a name: bookstore/bookstore.');
  return name;
}

function header(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([\w-]+): ?(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("It must be as curl takes it: 'Name: value'.");
  return { ...before, [name.toLowerCase()]: value };
}

export const explainCommand = (subcommand: Subcommand): Command =>
  new Command('explain')
    .description('tell why a request between two workloads ends as it ends')
    .argument('[path]', 'the path that is asked for', '/')
    .requiredOption('--from <namespace/name>', 'who calls: a Deployment, StatefulSet or pod', calledName)
    .requiredOption('--to <namespace/name>', 'the Service that is called', calledName)
    .option('--port <number>', 'port of the Service; its first one when left out', positiveInteger)
    .option('--method <method>', 'method of the request', 'GET')
    .option('--header <header>', "a header of the request, as 'Name: value'; may be given again", header, {})
    .option('--json', 'print one JSON object')
    .addOption(profileOption())
    .addOption(kubeconfigOption())
    .addHelpText(
      'after',
      examples(
        [
          'meshwalk explain --from bookbuyer/bookbuyer --to bookstore/bookstore /books-bought',
          'why it is answered, or not',
        ],
        [
          'meshwalk explain --from bookthief/bookthief --to bookstore/bookstore /buy-a-book/new',
          'why the thief gets a 403',
        ],
      ),
    )
    .action((path: string, options: ExplainOptions) => tell(path, options, subcommand));

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
