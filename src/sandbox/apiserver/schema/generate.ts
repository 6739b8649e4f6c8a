/**
 * Cuts the table of built-in types out of the generated models of @kubernetes/client-node, for exactly the kinds
 * served here. Run by hand after an update of that package: `node src/sandbox/apiserver/schema/generate.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const roots = [
  'V1Namespace V1Pod V1Service V1Endpoints V1ServiceAccount V1ConfigMap V1Secret CoreV1Event EventsV1Event V1Node',
  'V1ResourceQuota V1LimitRange V1PersistentVolumeClaim V1Binding V1Scale V1DeleteOptions',
  'V1Deployment V1ReplicaSet V1StatefulSet V1ControllerRevision V1EndpointSlice V1Lease V1HorizontalPodAutoscaler V2HorizontalPodAutoscaler',
  'V1Role V1RoleBinding V1ClusterRole V1ClusterRoleBinding V1Eviction AuthenticationV1TokenRequest V1PodDisruptionBudget',
  'V1SelfSubjectAccessReview V1SelfSubjectRulesReview V1SelfSubjectReview',
  'V1SubjectAccessReview V1LocalSubjectAccessReview V1CertificateSigningRequest',
  'V1DaemonSet V1Job V1CronJob V1Ingress V1NetworkPolicy V1PersistentVolume V1ReplicationController',
  'V1MutatingWebhookConfiguration V1ValidatingWebhookConfiguration V1CustomResourceDefinition',
]
  .join(' ')
  .split(' ');

interface Attribute {
  name: string;
  baseName: string;
  type: string;
  format: string;
}

const packageJson = createRequire(import.meta.url).resolve('@kubernetes/client-node/package.json');
const models = join(dirname(packageJson), 'dist/gen/models');
const packageVersion = (JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }).version;

const types: Record<string, Record<string, string>> = {};
const descriptions: Record<string, Record<string, string>> = {};
let kubernetesRelease = '';

for (const queue = [...roots]; queue.length > 0; ) {
  const name = queue.shift() ?? '';
  if (types[name]) continue;
  const declaration = readFileSync(join(models, `${name}.d.ts`), 'utf8');
  kubernetesRelease = /OpenAPI spec version: (\S+)/.exec(declaration)?.[1] ?? kubernetesRelease;
  const fields: Record<string, string> = {};
  types[name] = fields;
  descriptions[name] = descriptionsIn(declaration);
  for (const attribute of await attributesOf(name)) {
    const isOptional = declaration.includes(`'${attribute.name}'?:`);
    fields[attribute.baseName] = wireType(attribute) + (isOptional ? '' : '!');
    for (const [model] of attribute.type.matchAll(/\b(?:[A-Z][a-z]+)?V\d\w+/g)) {
      if (model !== 'V1MicroTime') queue.push(model);
    }
  }
}

write(
  'built-in-types.ts',
  'the fields of each built-in kind; a trailing ! marks a required one',
  'builtInTypes',
  types,
);
write('descriptions.ts', 'what each field of a built-in kind is for ("" is the kind)', 'descriptions', descriptions);

async function attributesOf(name: string): Promise<Attribute[]> {
  const model = (await import(join(models, `${name}.js`))) as Record<
    string,
    { getAttributeTypeMap(): Attribute[] } | undefined
  >;
  return model[name]?.getAttributeTypeMap() ?? [];
}

/** `integer`, `time`, `[]V1Container`, `map:string`: shorter than the generator's names, and closer to the wire. */
function wireType({ type, format }: Attribute): string {
  const item = /^Array<(.*)>$/.exec(type)?.[1];
  if (item) return `[]${wireType({ name: '', baseName: '', type: item, format })}`;
  const value = /^\{ \[key: string\]: (.*?);? \}$/.exec(type)?.[1];
  if (value) return `map:${wireType({ name: '', baseName: '', type: value, format })}`;
  if (type === 'number') return format.startsWith('int') ? 'integer' : 'number';
  if (type === 'Date') return 'time';
  if (type === 'V1MicroTime') return 'microtime';
  if (type === 'IntOrString') return 'int-or-string';
  if (type === 'string' && format === 'byte') return 'bytes';
  return type;
}

function descriptionsIn(declaration: string): Record<string, string> {
  const found: Record<string, string> = {};
  const comments = /\/\*\*\s*\n\s*\* (.*)\n\s*\*\/\s*\n\s*(?:export declare class|'(\w+)'\??:)/g;
  for (const [, text = '', field = ''] of declaration.matchAll(comments)) {
    found[field.replace(/^_/, '')] = text.replaceAll(/\\(['"])/g, '$1').trim();
  }
  return found;
}

function write(file: string, what: string, name: string, table: Record<string, Record<string, string>>): void {
  const sorted = Object.fromEntries(Object.entries(table).sort(([left], [right]) => (left < right ? -1 : 1)));
  const text = `// Table: ${what}.
// Source: @kubernetes/client-node ${packageVersion}, generated from the Kubernetes OpenAPI of ${kubernetesRelease}. Made by generate.ts.
export const ${name}: Record<string, Record<string, string>> = ${JSON.stringify(sorted, null, 2)};
`;
  writeFileSync(join(import.meta.dirname, file), text);
}
