import { SpecProblem } from './check.ts';

/** `namespace/name`, as authors write an object. */
export interface NamespacedName {
  namespace: string;
  name: string;
}

export const nameOf = (object: NamespacedName): string => `${object.namespace}/${object.name}`;

type FieldList = Readonly<Record<string, { description: string; required?: boolean }>>;

/** Reads the fields of one condition; the first mistake is thrown as a SpecProblem that shows the valid form. */
export class SpecFields {
  readonly #raw: Record<string, unknown>;

  constructor(raw: unknown, fields: FieldList) {
    const known = Object.keys(fields);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      throw new SpecProblem('', `must be fields in braces, some of ${known.join(', ')}.`);
    }
    this.#raw = { ...raw };
    for (const key of Object.keys(this.#raw)) {
      if (!known.includes(key))
        throw new SpecProblem(key, `there is no such field; the fields are ${known.join(', ')}.`);
    }
    for (const [key, field] of Object.entries(fields)) {
      if (field.required && this.#raw[key] === undefined)
        throw new SpecProblem('', `lacks ${key}: ${field.description}`);
    }
  }

  has(key: string): boolean {
    return this.#raw[key] !== undefined;
  }

  /** The value as YAML gave it. */
  value(key: string): unknown {
    return this.#raw[key];
  }

  text(key: string): string {
    const value = this.#raw[key];
    if (typeof value === 'string' && value !== '') return value;
    throw new SpecProblem(key, `must be text; put quotes around ${JSON.stringify(value)} if it is meant as text.`);
  }

  optionalText(key: string): string | undefined {
    return this.has(key) ? this.text(key) : undefined;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#raw[key] ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw new SpecProblem(key, 'must be true or false.');
  }

  number(key: string, otherwise: number, range: { above?: number; from?: number; below?: number } = {}): number {
    const value = this.#raw[key] ?? otherwise;
    const { above = -Infinity, from = -Infinity, below = Infinity } = range;
    if (typeof value === 'number' && value > above && value >= from && value < below) return value;
    const bounds = [
      ...(above > -Infinity ? [`above ${above}`] : []),
      ...(from > -Infinity ? [`from ${from}`] : []),
      ...(below < Infinity ? [`below ${below}`] : []),
    ];
    throw new SpecProblem(key, `must be a number ${bounds.join(' and ')}.`.replace(' .', '.'));
  }

  count(key: string, otherwise: number): number {
    const value = this.number(key, otherwise, { from: 1 });
    if (Number.isInteger(value)) return value;
    throw new SpecProblem(key, 'must be a whole number.');
  }

  namespacedName(key: string): NamespacedName {
    return readNamespacedName(this.#raw[key], key);
  }

  texts(key: string): string[] {
    const value = this.#raw[key] ?? [];
    if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) return value;
    throw new SpecProblem(key, 'must be a list of names, such as [bookbuyer, bookstore].');
  }

  /** A map from `namespace/name` to a number that is not negative. */
  weights(key: string): { service: NamespacedName; weight: number }[] {
    const value = this.#raw[key];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new SpecProblem(key, 'must map Services to weights, such as { bookstore/bookstore-v1: 50 }.');
    }
    return Object.entries(value).map(([name, weight]) => {
      const field = `${key}.${name}`;
      if (typeof weight !== 'number' || !(weight >= 0)) throw new SpecProblem(field, 'must be a weight, 0 or more.');
      return { service: readNamespacedName(name, field), weight };
    });
  }

  /** A map from names to true or false. */
  flags(key: string): Record<string, boolean> {
    const value = this.#raw[key] ?? {};
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new SpecProblem(key, 'must map names to true or false, such as { openServiceMesh: true }.');
    }
    const flags: Record<string, boolean> = {};
    for (const [name, flag] of Object.entries(value)) {
      if (typeof flag !== 'boolean') throw new SpecProblem(`${key}.${name}`, 'must be true or false.');
      flags[name] = flag;
    }
    return flags;
  }

  pattern(key: string): RegExp | undefined {
    const text = this.optionalText(key);
    if (text === undefined) return undefined;
    try {
      return new RegExp(text, 'm');
    } catch {
      throw new SpecProblem(key, `${JSON.stringify(text)} is no regular expression.`);
    }
  }
}

// RFC 1123 labels, as Kubernetes wants names to be.
const label = '[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?';
const namespacedName = new RegExp(`^(${label})/(${label})$`);

function readNamespacedName(value: unknown, field: string): NamespacedName {
  const match = typeof value === 'string' ? namespacedName.exec(value) : null;
  if (!match?.[1] || !match[2]) throw new SpecProblem(field, 'must be namespace/name, such as bookstore/bookstore-v1.');
  return { namespace: match[1], name: match[2] };
}
