/** One small mistake in what a lesson applies or types; a check that does not see it does not look there. */
export interface Mutant {
  /** `manifests/split/50-50.yaml` or `lessons/08-split-traffic.md`. */
  file: string;
  /** Unique in its file: `TrafficSplit/bookstore-split spec.backends[0].weight: 50 -> 51`. */
  name: string;
  /** What a reason has to speak of, one of them at least: object, kind, field. */
  about: readonly string[];
  change: { type: 'manifest'; text: string } | { type: 'command'; command: string; script: string };
}

/** The smallest mistake of each type of value that a hand may make. */
export function mistaken(value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return /^\d+$/.test(value) ? String(Number(value) + 1) : `${value}x`;
  return 'x';
}

type Step = string | number;

/** Every value that is no map and no list, with its path. */
export function leavesOf(value: unknown, path: readonly Step[] = []): { path: readonly Step[]; value: unknown }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => leavesOf(item, [...path, index]));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
  }
  return [{ path, value }];
}

/** `spec.backends[0].weight` */
export const showPath = (path: readonly Step[]): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');

export const showValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
