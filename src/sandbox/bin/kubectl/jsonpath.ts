/**
 * kubectl's JSONPath templates: text, {fields}, {range}…{end}, indexes, slices, wildcards, unions, filters, recursion.
 * Pure. Errors are thrown with the wording of k8s.io/client-go/util/jsonpath.
 */
type Step =
  | { type: 'field'; name: string }
  | { type: 'index'; from: number | undefined; to: number | undefined; single: boolean }
  | { type: 'wildcard' }
  | { type: 'recursive' }
  | { type: 'union'; paths: Step[][] }
  | { type: 'filter'; left: Operand; operator: string; right: Operand | undefined };

type Operand = { type: 'path'; steps: Step[] } | { type: 'value'; value: unknown };

type Part =
  | { type: 'text'; text: string }
  | { type: 'path'; steps: Step[] }
  | { type: 'range'; steps: Step[]; body: Part[] };

export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const unquoted = (text: string) =>
  text.replaceAll(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', r: '\r' })[letter] ?? letter);

/** Reads one path expression such as `.items[?(@.a=="b")].metadata.name`, from `at` on. */
class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  read(): Step[] {
    const steps: Step[] = [];
    if (this.#peek() === '$' || this.#peek() === '@') this.#at += 1;
    while (this.#at < this.#text.length) steps.push(this.#step());
    return steps;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #step(): Step {
    if (this.#text.startsWith('..', this.#at)) {
      this.#at += 1;
      return { type: 'recursive' };
    }
    if (this.#peek() === '[') return this.#bracket();
    if (this.#peek() === '.') this.#at += 1;
    if (this.#peek() === '*') {
      this.#at += 1;
      return { type: 'wildcard' };
    }
    if (this.#peek() === '[') return this.#bracket();
    let name = '';
    while (this.#at < this.#text.length && !'.[ '.includes(this.#peek())) {
      if (this.#peek() === '\\') this.#at += 1;
      name += this.#peek();
      this.#at += 1;
    }
    if (name === '')
      throw new JsonPathError(
        `unrecognized character in action: U+${this.#text.charCodeAt(this.#at).toString(16).padStart(4, '0')}`,
      );
    return { type: 'field', name };
  }

  /** The text between the brackets at the current place, nested ones and quotes respected. */
  #inside(): string {
    let depth = 0;
    let quote = '';
    const start = this.#at + 1;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const letter = this.#peek();
      if (quote) {
        if (letter === '\\') this.#at += 1;
        else if (letter === quote) quote = '';
      } else if (letter === '"' || letter === "'") quote = letter;
      else if (letter === '[') depth += 1;
      else if (letter === ']') {
        depth -= 1;
        if (depth === 0) {
          this.#at += 1;
          return this.#text.slice(start, this.#at - 1);
        }
      }
    }
    throw new JsonPathError('unterminated array');
  }

  #bracket(): Step {
    const inside = this.#inside().trim();
    if (inside === '*') return { type: 'wildcard' };
    const filter = /^\?\((.*)\)$/s.exec(inside);
    if (filter) return readFilter(filter[1] ?? '');
    const quoted = /^(['"])(.*)\1$/s.exec(inside);
    if (quoted) return { type: 'field', name: unquoted(quoted[2] ?? '') };
    if (inside.includes(',')) {
      return { type: 'union', paths: inside.split(',').map((part) => new PathReader(`[${part.trim()}]`).read()) };
    }
    const slice = /^(-?\d*)(:(-?\d*))?$/.exec(inside);
    if (!slice) throw new JsonPathError(`invalid array index ${inside}`);
    const numberOr = (text: string | undefined) => (text === undefined || text === '' ? undefined : Number(text));
    return { type: 'index', from: numberOr(slice[1]), to: numberOr(slice[3]), single: slice[2] === undefined };
  }
}

function readOperand(text: string): Operand {
  const trimmed = text.trim();
  const quoted = /^(['"])(.*)\1$/s.exec(trimmed);
  if (quoted) return { type: 'value', value: unquoted(quoted[2] ?? '') };
  if (/^-?\d+(\.\d+)?$/.test(trimmed)) return { type: 'value', value: Number(trimmed) };
  if (trimmed === 'true' || trimmed === 'false') return { type: 'value', value: trimmed === 'true' };
  return { type: 'path', steps: new PathReader(trimmed).read() };
}

function readFilter(text: string): Step {
  const parts = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*)$/s.exec(text);
  if (!parts) return { type: 'filter', left: readOperand(text), operator: 'exists', right: undefined };
  return {
    type: 'filter',
    left: readOperand(parts[1] ?? ''),
    operator: parts[2] ?? '',
    right: readOperand(parts[3] ?? ''),
  };
}

/** Cuts a template into text and actions, and nests ranges. */
function readTemplate(template: string): Part[] {
  const stack: Part[][] = [[]];
  const open: { steps: Step[] }[] = [];
  const add = (part: Part) => stack.at(-1)?.push(part);
  const pattern = /\{((?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*)\}/gs;
  let last = 0;
  for (const match of template.matchAll(pattern)) {
    if (match.index > last) add({ type: 'text', text: template.slice(last, match.index) });
    last = match.index + match[0].length;
    const action = (match[1] ?? '').trim();
    const quoted = /^(['"])(.*)\1$/s.exec(action);
    if (quoted) add({ type: 'text', text: unquoted(quoted[2] ?? '') });
    else if (/^range\s/.test(action)) {
      open.push({ steps: new PathReader(action.slice(6)).read() });
      stack.push([]);
    } else if (action === 'end') {
      const range = open.pop();
      const body = stack.pop() ?? [];
      if (!range) throw new JsonPathError('not in range, nothing to end');
      add({ type: 'range', steps: range.steps, body });
    } else add({ type: 'path', steps: new PathReader(action).read() });
  }
  if (template.slice(last).includes('{')) throw new JsonPathError('unclosed action');
  if (open.length > 0) throw new JsonPathError('unexpected end of range');
  if (last < template.length) add({ type: 'text', text: template.slice(last) });
  return stack[0] ?? [];
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function childrenOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.values(value) : [];
}

const descendants = (value: unknown): unknown[] => [value, ...childrenOf(value).flatMap(descendants)];

function indexed(value: unknown, step: Extract<Step, { type: 'index' }>): unknown[] {
  if (!Array.isArray(value)) throw new JsonPathError('is not array or slice');
  const real = (index: number) => (index < 0 ? index + value.length : index);
  if (step.single) {
    const index = real(step.from ?? 0);
    if (index < 0 || index >= value.length)
      throw new JsonPathError(`array index out of bounds: index ${index}, length ${value.length}`);
    return [value[index]];
  }
  return value.slice(real(step.from ?? 0), step.to === undefined ? undefined : real(step.to));
}

function holds(item: unknown, step: Extract<Step, { type: 'filter' }>): boolean {
  const valuesOf = (operand: Operand | undefined): unknown[] => {
    if (!operand) return [];
    return operand.type === 'value' ? [operand.value] : evaluate([item], operand.steps, true);
  };
  const [left] = valuesOf(step.left);
  if (step.operator === 'exists') return valuesOf(step.left).length > 0;
  const [right] = valuesOf(step.right);
  switch (step.operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return typeof left === typeof right && (left as number) < (right as number);
    case '>':
      return typeof left === typeof right && (left as number) > (right as number);
    case '<=':
      return typeof left === typeof right && (left as number) <= (right as number);
    default:
      return typeof left === typeof right && (left as number) >= (right as number);
  }
}

function applyStep(values: readonly unknown[], step: Step, allowMissing: boolean): unknown[] {
  switch (step.type) {
    case 'field':
      return values.flatMap((value) => {
        if (isRecord(value) && step.name in value) return [value[step.name]];
        if (allowMissing) return [];
        throw new JsonPathError(`${step.name} is not found`);
      });
    case 'index':
      return values.flatMap((value) => indexed(value, step));
    case 'wildcard':
      return values.flatMap(childrenOf);
    case 'recursive':
      return values.flatMap(descendants);
    case 'union':
      return values.flatMap((value) => step.paths.flatMap((path) => evaluate([value], path, allowMissing)));
    case 'filter':
      return values.flatMap(childrenOf).filter((item) => holds(item, step));
  }
}

function evaluate(start: readonly unknown[], steps: readonly Step[], allowMissing: boolean): unknown[] {
  let values = [...start];
  for (const [index, step] of steps.entries()) {
    // After `..` a field is looked for everywhere, and is missing in most places.
    values = applyStep(values, step, allowMissing || steps[index - 1]?.type === 'recursive');
  }
  return values;
}

const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');

function render(parts: readonly Part[], scope: unknown, allowMissing: boolean): string {
  return parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      const values = evaluate([scope], part.steps, allowMissing);
      if (part.type === 'path') return values.map(shown).join(' ');
      return values.map((value) => render(part.body, value, allowMissing)).join('');
    })
    .join('');
}

/** Renders a `-o jsonpath` template. kubectl allows missing fields, but not an index out of bounds. */
export function jsonPath(template: string, object: unknown): string {
  return render(readTemplate(template), object, true);
}

/** The values that one path expression finds; used for custom columns and --sort-by. */
export function jsonPathValues(expression: string, object: unknown): unknown[] {
  const inner = /^\{(.*)\}$/s.exec(expression.trim())?.[1] ?? expression.trim();
  return evaluate(
    [object],
    new PathReader(inner.startsWith('.') || inner.startsWith('[') ? inner : `.${inner}`).read(),
    true,
  );
}
