import { isJsonObject } from '../../../../kube/json-value.ts';
import { configKey, environmentName } from '../../../../kube/names.ts';
import type { Container, EnvVar } from '../../../../kube/objects.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { invalidValue, required } from '../../field-errors.ts';

/** Environment variables. Kubernetes: ValidateEnv, ValidateEnvFrom in pkg/apis/core/validation. */
export function environmentErrors({ env = [], envFrom = [] }: Container, path: string): StatusCause[] {
  return [
    ...env.flatMap((variable, index) => [
      ...nameErrors(variable.name, `${path}.env[${index}].name`),
      ...valueFromErrors(variable, `${path}.env[${index}].valueFrom`),
    ]),
    ...envFrom.flatMap((source, index) => sourceErrors(source, `${path}.envFrom[${index}]`)),
  ];
}

function nameErrors(name: string | undefined, path: string): StatusCause[] {
  if (!name) return [required(path)];
  const wrong = environmentName(name);
  return wrong === undefined ? [] : [invalidValue(path, name, wrong)];
}

const notTogether = 'may not have more than one field specified at a time';

function valueFromErrors({ value, valueFrom }: EnvVar, path: string): StatusCause[] {
  if (!valueFrom) return [];
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const count = Object.values(valueFrom).filter(isJsonObject).length;
  const errors = fieldRef ? fieldPathErrors(fieldRef.fieldPath, `${path}.fieldRef.fieldPath`) : [];
  for (const [name, ref] of [
    ['configMapKeyRef', configMapKeyRef],
    ['secretKeyRef', secretKeyRef],
  ] as const)
    if (ref) errors.push(...keyErrors(ref.key, `${path}.${name}.key`));
  if (count === 0) {
    const why = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.push(invalidValue(path, '', why));
  }
  if (value && count > 0) errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalidValue(path, '', notTogether));
  return errors;
}

export function keyErrors(key: string | undefined, path: string): StatusCause[] {
  if (!key) return [required(path)];
  const wrong = configKey(key);
  return wrong === undefined ? [] : [invalidValue(path, key, wrong)];
}

const fieldPaths = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

function fieldPathErrors(fieldPath: string | undefined, path: string): StatusCause[] {
  if (!fieldPath) return [required(path)];
  if (fieldPaths.has(fieldPath) || /^metadata\.(labels|annotations)\['[^']+'\]$/.test(fieldPath)) return [];
  const why = `error converting fieldPath: field label not supported: ${fieldPath}`;
  return [invalidValue(path, fieldPath, why)];
}

type EnvFromSource = NonNullable<Container['envFrom']>[number];

function sourceErrors({ prefix, configMapRef, secretRef }: EnvFromSource, path: string): StatusCause[] {
  const errors: StatusCause[] = prefix ? nameErrors(prefix, `${path}.prefix`) : [];
  if (configMapRef && !configMapRef.name) errors.push(required(`${path}.configMapRef.name`));
  if (secretRef && !secretRef.name) errors.push(required(`${path}.secretRef.name`));
  if (!configMapRef && !secretRef) {
    errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
  }
  if (configMapRef && secretRef) errors.push(invalidValue(path, '', notTogether));
  return errors;
}
