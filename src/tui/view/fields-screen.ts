import type { FieldDesk } from '../../lesson/fields/field-desk.ts';
import type { FieldRef, Manifest } from '../../lesson/fields/manifest.ts';
import type { FieldAnswer, FieldFacts } from '../../lesson/fields/schema.ts';
import type { Term } from '../../lesson/glossary.ts';
import type { Words } from '../../words/en.ts';
import type { Size } from '../screen-model.ts';
import { ruleLine } from './bars.ts';
import { bare } from './foreign-text.ts';
import { highlight } from './highlight.ts';
import { scrollLimit } from './layout.ts';
import { emptyLine, type Line, span, wrap } from './spans.ts';
import type { Glyphs } from './theme.ts';
import { padded, position } from './window.ts';

/** A manifest with a line chosen, and what the cluster's schema says of the field on it. Pure. */
export interface FieldsView {
  manifest: number;
  /** Undefined until the learner moves: the first line that has a field. */
  line: number | undefined;
  /** Rows of the explanation above its window. */
  top: number;
}

export interface FieldsInk {
  size: Size;
  glyphs: Glyphs;
  words: Words;
  glossary: readonly Term[];
}

const besideFrom = 100;

/** Rows for the manifest and for the explanation: side by side where there is room, else one above the other. */
export function fieldsShape({ columns, rows }: Size): { isBeside: boolean; manifest: number; explanation: number } {
  const body = Math.max(2, rows - 3);
  if (columns >= besideFrom) return { isBeside: true, manifest: body, explanation: body };
  const manifest = Math.max(1, Math.floor((body - 1) * 0.45));
  return { isBeside: false, manifest, explanation: Math.max(1, body - 1 - manifest) };
}

export function chosenLine(desk: FieldDesk | undefined, view: FieldsView) {
  const manifest = desk?.manifests?.[view.manifest];
  const first = manifest?.lines.findIndex(({ field }) => field !== undefined) ?? 0;
  const at = view.line ?? Math.max(0, first);
  return { manifest, at, line: manifest?.lines[at] };
}

export function fieldsRows(desk: FieldDesk | undefined, view: FieldsView, ink: FieldsInk): Line[] {
  const { words, glyphs, size } = ink;
  const shape = fieldsShape(size);
  const { manifest, at, line } = chosenLine(desk, view);
  const left = shape.isBeside ? Math.floor(size.columns * 0.48) : size.columns;
  const right = shape.isBeside ? size.columns - left - 1 : size.columns;
  const text = explanation(desk, line?.field, manifest, right - 2, ink);
  const top = Math.min(view.top, scrollLimit(text.length, shape.explanation));
  const field = line?.field;
  const title = field ? bare([field.kind, ...field.path].join('.')) : words.fields.title;
  const below = [
    ruleLine(
      [span(title, 'strong')],
      [span(position(top, shape.explanation, text.length, words), 'dim')],
      right,
      glyphs,
    ),
    ...padded(text.slice(top), shape.explanation, right),
  ];
  const above = [manifestEdge(desk, view, left, ink), ...manifestRows(manifest, at, shape.manifest, left, ink)];
  if (!shape.isBeside) return [...above, ...below];
  return above.map((row, index) => [...row, span(glyphs.vertical, 'rule'), ...(below[index] ?? emptyLine)]);
}

function manifestEdge(
  desk: FieldDesk | undefined,
  { manifest }: FieldsView,
  width: number,
  { words, glyphs }: FieldsInk,
) {
  const all = desk?.manifests ?? [];
  const title = bare(all[manifest]?.title ?? words.fields.title);
  const aside = all.length > 1 ? [span(words.fields.ofManifests(manifest + 1, all.length), 'dim')] : [];
  return ruleLine([span(title, 'accent')], aside, width, glyphs, true);
}

function manifestRows(
  manifest: Manifest | undefined,
  chosen: number,
  height: number,
  width: number,
  { glyphs }: FieldsInk,
): Line[] {
  const lines = highlight((manifest?.lines ?? []).map(({ text }) => bare(text)).join('\n'), 'yaml');
  const from = Math.max(0, Math.min(chosen - Math.floor(height / 2), lines.length - height));
  const rows = lines.slice(from, from + height).map((line, index): Line => {
    const isChosen = from + index === chosen;
    const shown = isChosen ? line.map((piece) => ({ ...piece, role: 'selected' as const })) : line;
    return [span(isChosen ? `${glyphs.pointer} ` : '  ', 'accent'), ...shown];
  });
  return padded(rows, height, width, '');
}

function explanation(
  desk: FieldDesk | undefined,
  field: FieldRef | undefined,
  manifest: Manifest | undefined,
  width: number,
  { words, glossary }: FieldsInk,
): Line[] {
  if (!desk?.manifests) return [[span(words.fields.reading, 'dim')]];
  if (!manifest) return wrap([span(words.fields.noManifest, 'dim')], width);
  if (!field) return wrap([span(isTyped(manifest) ? words.fields.noField : words.fields.noKindSaid, 'dim')], width);
  const answer = desk.about(field);
  const sentences = answerLines(answer, field, width, words);
  const term = glossary.find(({ word }) => squeezed(word) === squeezed(field.kind));
  if (!term) return sentences;
  const link = words.fields.alsoWord(term.word);
  return [...sentences, emptyLine, ...wrap([span(link, 'dim')], width)];
}

export const isTyped = (manifest: Manifest): boolean => manifest.lines.some(({ field }) => field !== undefined);

const squeezed = (word: string): string => word.replaceAll(' ', '').toLowerCase();

function answerLines(answer: FieldAnswer | undefined, field: FieldRef, width: number, words: Words): Line[] {
  if (answer?.type !== 'facts') return wrap([span(bare(answerWords(answer, field, words)), 'dim')], width);
  const { facts } = answer;
  return [
    ...factRows(facts, words).flatMap(({ name, value }) =>
      wrap([span(`${name} `, 'dim'), span(bare(value), 'code')], width),
    ),
    emptyLine,
    ...(facts.description === undefined
      ? wrap([span(words.fields.noDescription, 'dim')], width)
      : facts.description
          .split(/\n{2,}/)
          .flatMap((part, index) => [
            ...(index > 0 ? [emptyLine] : []),
            ...wrap([span(bare(part.replaceAll(/\s+/g, ' ')))], width),
          ])),
  ];
}

/** What there is to say beside the description, each with its name. */
export function factRows(facts: FieldFacts, { fields: words }: Words): { name: string; value: string }[] {
  return [
    { name: words.type, value: `${facts.type}${facts.isRequired ? `, ${words.required}` : ''}` },
    { name: words.allowed, value: facts.allowed.join(', ') },
    { name: words.limits, value: facts.limits.join(', ') },
    { name: words.default, value: facts.default ?? '' },
    { name: words.fieldsInside, value: facts.fields.join(', ') },
  ].filter(({ value }) => value !== '');
}

/** The sentence for every answer that is no facts. */
export function answerWords(
  answer: Exclude<FieldAnswer, { type: 'facts' }> | undefined,
  field: FieldRef,
  { fields: words }: Words,
): string {
  switch (answer?.type) {
    case undefined:
      return words.asking;
    case 'no-field':
      return words.unknownField([field.kind, ...answer.at].join('.'), field.path[answer.at.length] ?? '', answer.known);
    case 'no-kind':
      return words.noKind(field.kind, field.apiVersion);
    case 'no-cluster':
      return words.noCluster;
    case 'trouble':
      return words.trouble(answer.why);
  }
}
