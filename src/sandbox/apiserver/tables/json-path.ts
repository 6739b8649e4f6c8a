/**
 * The part of JSONPath that printer columns use: `.spec.backends[*].service`, `.status.conditions[?(@.type=="Ready")].status`,
 * `.metadata.annotations.a\.b`, `['a']`, `[0]`, `..name` not. Returns every value found.
 */
type Step =
  | { type: 'field'; name: string }
  | { type: 'index'; index: number }
  | { type: 'each' }
  | { type: 'filter'; path: string; equal: boolean; value: unknown };

const parsed = new Map<string, readonly Step[]>();

export function jsonPathValues(path: string, object: unknown): unknown[] {
  let steps = parsed.get(path);
  if (!steps) {
    steps = stepsOf(path);
    parsed.set(path, steps);
  }
  return steps.reduce<unknown[]>((values, step) => values.flatMap((value) => take(step, value)), [object]);
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  const pattern =
    /\.((?:\\.|[^.[\\])+)|\[(\d+|-\d+)\]|\[\*\]|\['([^']*)'\]|\["([^"]*)"\]|\[\?\(@([^=!<>\s]*)\s*(==|!=)\s*(.+?)\)\]/gy;
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole, dotted, index, single, double, filterPath, operator, literal] = match;
    const name = dotted?.replaceAll(/\\(.)/g, '$1') ?? single ?? double;
    if (whole === '[*]' || name === '*') steps.push({ type: 'each' });
    else if (name !== undefined) steps.push({ type: 'field', name });
    else if (index !== undefined) steps.push({ type: 'index', index: Number(index) });
    else if (literal !== undefined) {
      steps.push({ type: 'filter', path: filterPath ?? '', equal: operator === '==', value: literalOf(literal) });
    }
  }
  return steps;
}

function literalOf(text: string): unknown {
  const quoted = /^(["'])(.*)\1$/.exec(text.trim());
  if (quoted) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function take(step: Step, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  switch (step.type) {
    case 'field': {
      const found = Object.hasOwn(value, step.name) ? (value as Record<string, unknown>)[step.name] : undefined;
      return found === undefined || found === null ? [] : [found];
    }
    case 'index': {
      const found = Array.isArray(value) ? value.at(step.index) : undefined;
      return found === undefined ? [] : [found];
    }
    case 'each':
      return Object.values(value);
    case 'filter':
      return Object.values(value).filter(
        (item) => jsonPathValues(step.path, item).some((found) => found === step.value) === step.equal,
      );
  }
}
