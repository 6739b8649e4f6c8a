import type { FieldDesk } from '../../lesson/fields/field-desk.ts';
import type { FieldRef, Manifest } from '../../lesson/fields/manifest.ts';
import type { Words } from '../../words/en.ts';
import { answerWords, factRows } from '../view/fields-screen.ts';
import { bare } from '../view/foreign-text.ts';

/** A field of a manifest in sentences: which manifests there are, or what the cluster's schema says of one field. */
export async function spokenField(path: string, desk: FieldDesk, words: Words): Promise<string[]> {
  const manifests = await desk.load();
  if (manifests.length === 0) return [words.fields.noManifest];
  if (path === '') return [...manifests.map(spokenManifest), words.fields.howToSpeak];
  const refs = fieldsNamed(path, manifests);
  if (refs.length === 0) return [words.fields.nowhere(path), words.fields.howToSpeak];
  return (await Promise.all(refs.map((field) => spokenAnswer(field, desk, words)))).flat();
}

function spokenManifest({ title, lines }: Manifest, index: number): string {
  const kinds = new Set(lines.flatMap(({ field }) => field?.kind ?? []));
  return `${index + 1}. ${[bare(title), [...kinds].join(', ')].filter(Boolean).join(': ')}.`;
}

/** `weight` and `spec.backends.weight` and `TrafficSplit.spec` name the same fields, one for each kind that has it. */
function fieldsNamed(path: string, manifests: readonly Manifest[]): FieldRef[] {
  const wanted = path.toLowerCase().replace(/^\./, '');
  const found = new Map<string, FieldRef>();
  for (const { field } of manifests.flatMap(({ lines }) => lines)) {
    const name = field && [field.kind, ...field.path].join('.').toLowerCase();
    if (field && name && (name === wanted || name.endsWith(`.${wanted}`)))
      found.set(`${field.apiVersion} ${name}`, field);
  }
  return [...found.values()];
}

async function spokenAnswer(field: FieldRef, desk: FieldDesk, words: Words): Promise<string[]> {
  const name = words.fields.spokenField([field.kind, ...field.path].join('.'));
  const answer = await desk.ask(field);
  if (answer.type !== 'facts') return [name, bare(answerWords(answer, field, words))];
  const { facts } = answer;
  return [
    name,
    ...factRows(facts, words).map(({ name: of, value }) => `${of} ${bare(value)}.`),
    ...(facts.description ?? words.fields.noDescription).split(/\n+/).map(bare),
  ];
}
