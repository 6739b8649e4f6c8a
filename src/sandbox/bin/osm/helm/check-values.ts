import type { ChartValues } from '../../../mesh/osm/chart/values.ts';
import { defaultValues } from '../../../mesh/osm/chart/values.ts';
import { isTable, overlay, type Values } from './set-values.ts';

/**
 * The chart's values.schema.json (v1.2.4): types follow from the defaults, the rest is said here. Its complaints are
 * worded as Helm's validator words them. Then what this sandbox cannot do, which Helm would try and wait for.
 */
const openTables = new Set([
  '',
  'contour',
  'smi',
  'osm.image.name',
  'osm.image.digest',
  'osm.vault.secret',
  ...['osmController', 'injector', 'osmBootstrap'].flatMap((component) => [
    `osm.${component}.podLabels`,
    `osm.${component}.resource`,
    `osm.${component}.resource.limits`,
    `osm.${component}.resource.requests`,
    `osm.${component}.autoScale`,
  ]),
]);

const patterns: Readonly<Record<string, RegExp>> = {
  'osm.image.pullPolicy': /^(Always|Never|IfNotPresent)?$/,
  'osm.certificateProvider.kind': /^(tresor|vault|cert-manager)$/,
  'osm.envoyLogLevel': /^(trace|debug|info|warning|warn|error|critical|off)$/,
  'osm.controllerLogLevel': /^(debug|info|warn|error|fatal|panic|disabled|trace)$/,
};

const choices: Readonly<Record<string, readonly string[]>> = { 'osm.localProxyMode': ['Localhost', 'PodIP'] };
const portFields = new Set(['osm.tracing.port', 'osm.vault.port']);

/** In the schema, and left out of this chart: accepted by the schema, refused by `whyNotHere`. */
const leftOut = [
  ...['grafana', 'prometheus', 'fluentBit', 'preinstall', 'cleanup', 'controlPlaneTolerations', 'pspEnabled'].map(
    (name) => `osm.${name}`,
  ),
  ...['osmController', 'injector', 'osmBootstrap', 'tracing'].flatMap((component) =>
    ['affinity', 'tolerations', 'nodeSelector'].map((name) => `osm.${component}.${name}`),
  ),
];

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function* complaints(value: unknown, model: unknown, path: string): Generator<string> {
  const [wanted, given] = [jsonType(model), jsonType(value)];
  if (wanted !== given) {
    yield `${path}: Invalid type. Expected: ${wanted}, given: ${given}`;
    return;
  }
  if (isTable(value) && isTable(model)) {
    const below = (key: string) => (path ? `${path}.${key}` : key);
    for (const key of Object.keys(model)) if (!(key in value)) yield `${path || '(root)'}: ${key} is required`;
    for (const key of Object.keys(value)) {
      if (!(key in model) && !openTables.has(path) && !leftOut.includes(below(key)))
        yield `${path}: Additional property ${key} is not allowed`;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (key in model) yield* complaints(inner, model[key], below(key));
    }
  }
  const pattern = patterns[path];
  if (pattern && !pattern.test(String(value))) yield `${path}: Does not match pattern '${pattern.source}'`;
  const allowed = choices[path];
  if (allowed && !allowed.includes(String(value)))
    yield `${path}: ${path} must be one of the following: ${allowed.map((word) => JSON.stringify(word)).join(', ')}`;
  if (portFields.has(path) && Number(value) < 1) yield `${path}: Must be greater than or equal to 1`;
  if (portFields.has(path) && Number(value) > 65535) yield `${path}: Must be less than or equal to 65535`;
}

const valueAt = (values: Values, path: string): unknown =>
  path.split('.').reduce<unknown>((table, key) => (isTable(table) ? table[key] : undefined), values);

const goneBudgets = 'its chart asks for policy/v1beta1, which no API server since 1.25 serves';

const cannot: readonly (readonly [path: string, refused: unknown, why: string])[] = [
  ['osm.deployPrometheus', true, 'there is no Prometheus image here'],
  ['osm.deployGrafana', true, 'there is no Grafana image here'],
  ['osm.enableFluentbit', true, 'there is no Fluent Bit image here'],
  ['contour.enabled', true, 'there is no Contour here'],
  ['osm.enableReconciler', true, 'its components have no reconciler'],
  ['osm.osmController.enablePodDisruptionBudget', true, goneBudgets],
  ['osm.injector.enablePodDisruptionBudget', true, goneBudgets],
  ['osm.certificateProvider.kind', 'vault', 'there is no Vault here'],
];

function whyNotHere(values: Values): string | undefined {
  for (const [path, refused, why] of cannot) {
    if (valueAt(values, path) === refused) return `the sandbox cannot honour ${path}=${String(refused)}: ${why}`;
  }
  const path = leftOut.find((name) => valueAt(values, name) !== undefined);
  return path && `the sandbox cannot honour ${path}: its chart does not have this value`;
}

/** The chart's values with what was set on top; throws when the chart or this sandbox refuses them. */
export function chartValues(set: Values): ChartValues {
  const model = defaultValues() as unknown as Values;
  const values = overlay(model, set);
  const found = [...complaints(values, model, '')];
  if (found.length > 0) {
    throw new Error(
      `values don't meet the specifications of the schema(s) in the following chart(s):\nosm:\n${found.map((text) => `- ${text}\n`).join('')}`,
    );
  }
  const why = whyNotHere(values);
  if (why) throw new Error(why);
  // Just checked against the defaults, field by field.
  return values as unknown as ChartValues;
}
