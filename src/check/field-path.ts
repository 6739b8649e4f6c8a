import { SpecProblem } from './check.ts';

/**
 * A place in an object, as people write it: `spec.backends[0].weight`, `metadata.labels["app.kubernetes.io/name"]`,
 * `spec.containers[name=envoy].image`.
 */
export type FieldPath = readonly ({ key: string } | { index: number } | { where: string; is: string })[];

const step = /^\.?([A-Za-z_$][\w$-]*)|^\[(\d+)\]|^\["([^"]+)"\]|^\[([\w-]+)=([^\]]+)\]/;

export function parseFieldPath(text: string, field: string): FieldPath {
  const path: FieldPath[number][] = [];
  let rest = text;
  while (rest !== '') {
    const match = step.exec(rest);
    if (!match) {
      const valid = 'spec.backends[0].weight, metadata.labels["a.b/c"] or spec.containers[name=envoy].image';
      throw new SpecProblem(field, `cannot be read at "${rest}"; write a path such as ${valid}.`);
    }
    const [whole, key, index, quoted, where, is] = match;
    if (index !== undefined) path.push({ index: Number(index) });
    else if (where !== undefined && is !== undefined) path.push({ where, is });
    else path.push({ key: key ?? quoted ?? '' });
    rest = rest.slice(whole.length);
  }
  return path;
}

/** The value there, or undefined. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  let value = object;
  for (const part of path) {
    if (Array.isArray(value)) {
      if ('index' in part) value = value[part.index];
      else if ('where' in part) value = value.find((item) => String(valueAt(item, [{ key: part.where }])) === part.is);
      else return undefined;
    } else if (typeof value === 'object' && value !== null && 'key' in part) {
      value = Reflect.get(value, part.key);
    } else return undefined;
  }
  return value;
}
