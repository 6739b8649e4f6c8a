import type { KubeObject, LabelSelector } from './objects.ts';
import { badRequest } from './status.ts';

type Labels = Record<string, string>;
type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/** An empty selector matches everything. Callers decide what an absent one means. */
export function matchesLabelSelector(selector: LabelSelector, labels: Labels | undefined): boolean {
  for (const key in selector.matchLabels) {
    if (labels?.[key] !== selector.matchLabels[key]) return false;
  }
  return (selector.matchExpressions ?? []).every((requirement) => meets(labels?.[requirement.key], requirement));
}

function meets(value: string | undefined, { operator, values = [] }: Requirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** The map form: Service spec.selector. An empty map selects nothing here, as for a Service. */
export function matchesLabels(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const keys = Object.keys(selector ?? {});
  return keys.length > 0 && keys.every((key) => labels?.[key] === selector?.[key]);
}

/** `app=web,tier in (a,b),!old` as an object. 400 with the API's words when it can't be read. */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = tokensOf(text);
  const matchExpressions: Requirement[] = [];
  let at = 0;
  const next = () => tokens[at++] ?? '';
  const isWord = (token: string) => token !== '' && !/^[(),!=<>]/.test(token);
  const fail = (found: string, expected: string): never => {
    throw badRequest(`unable to parse requirement: found '${found}', expected: ${expected}`);
  };
  while (at < tokens.length) {
    const negated = tokens[at] === '!';
    if (negated) at += 1;
    const key = next();
    if (!isWord(key)) fail(key, negated ? 'identifier' : '!, identifier, or end of string');
    const following = tokens[at];
    if (negated || following === undefined || following === ',') {
      matchExpressions.push({ key, operator: negated ? 'DoesNotExist' : 'Exists' });
    } else {
      at += 1;
      const operator = operatorOf(following) ?? fail(following, 'in, notin, =, ==, !=, gt, lt');
      const values = following === 'in' || following === 'notin' ? wordsInParentheses(next, fail) : [oneValue()];
      matchExpressions.push({ key, operator, values });
    }
    const end = at < tokens.length ? next() : ',';
    if (end !== ',') fail(end, "',' or 'end of string'");
  }
  return { matchExpressions };

  function oneValue(): string {
    const token = tokens[at];
    if (token === undefined || token === ',') return '';
    if (!isWord(token)) fail(token, 'identifier');
    at += 1;
    return token;
  }
}

const tokensOf = (text: string): string[] => text.match(/==|!=|[(),!=<>]|[^\s(),!=<>]+/g) ?? [];

function operatorOf(token: string): 'In' | 'NotIn' | undefined {
  if (token === '=' || token === '==' || token === 'in') return 'In';
  if (token === '!=' || token === 'notin') return 'NotIn';
  return undefined;
}

function wordsInParentheses(next: () => string, fail: (found: string, expected: string) => never): string[] {
  const open = next();
  if (open !== '(') fail(open, "'('");
  const words: string[] = [];
  for (;;) {
    const word = next();
    if (word === ')') return words;
    if (word === ',') continue;
    if (word === '' || /^[(!=<>]/.test(word)) fail(word, "',', ')' or identifier");
    words.push(word);
  }
}

/** The text form of an object selector, as Scale.status.selector and kubectl's SELECTOR column show it. */
export function labelSelectorText(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return [...equal, ...(selector?.matchExpressions ?? []).map(expressionText)].join(',');
}

function expressionText({ key, operator, values = [] }: Requirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

export interface FieldTerm {
  field: string;
  equal: boolean;
  value: string;
}

/** `metadata.name=web,status.phase!=Running`. Which fields a kind knows is the API server's to say. */
export function parseFieldSelector(text: string): FieldTerm[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(.*?)(!=|==|=)(.*)$/.exec(part);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
      const [, field = '', operator, value = ''] = match;
      return { field, equal: operator !== '!=', value };
    });
}

export function hasLabels(object: KubeObject, selector: LabelSelector): boolean {
  return matchesLabelSelector(selector, object.metadata.labels);
}
