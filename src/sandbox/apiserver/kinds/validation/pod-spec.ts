import { isJsonObject, type JsonObject } from '../../../../kube/json-value.ts';
import { dnsLabel, dnsSubdomain, labelKey, type NameRule } from '../../../../kube/names.ts';
import type { PodSpec } from '../../../../kube/objects.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { invalidValue, nonNegative, notSupported, oneOf, required } from '../../field-errors.ts';
import { containersErrors, userErrors } from './containers.ts';
import { labelErrors } from './labels.ts';
import { volumeErrors } from './volumes.ts';

/**
 * What a pod's spec must be, in the words and the order of a real server (pkg/apis/core/validation, ValidatePodSpec; texts
 * of Kubernetes 1.33 where nothing recorded says otherwise). `claims` are volumes that a StatefulSet adds to its pods.
 */
export function validatePodSpec(
  spec: PodSpec | undefined,
  path: string,
  claims: readonly string[] = [],
): StatusCause[] {
  if (!spec || !Array.isArray(spec.containers) || spec.containers.length === 0) {
    return [...volumeErrors(spec?.volumes, `${path}.volumes`), required(`${path}.containers`)];
  }
  const volumes = new Set([...claims, ...(spec.volumes ?? []).map((volume) => volume.name)]);
  return [
    ...volumeErrors(spec.volumes, `${path}.volumes`),
    ...containersErrors(spec, path, volumes),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec['dnsPolicy'], ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']),
    ...labelErrors(spec.nodeSelector, `${path}.nodeSelector`),
    ...userErrors(spec['securityContext'], `${path}.securityContext`),
    ...pullSecretErrors(spec['imagePullSecrets'], `${path}.imagePullSecrets`),
    ...named(spec.serviceAccountName, `${path}.serviceAccountName`, dnsSubdomain),
    ...named(spec.nodeName, `${path}.nodeName`, dnsSubdomain),
    ...deadlineErrors(spec['activeDeadlineSeconds'], `${path}.activeDeadlineSeconds`),
    ...named(spec.hostname, `${path}.hostname`, dnsLabel),
    ...named(spec.subdomain, `${path}.subdomain`, dnsLabel),
    ...tolerationErrors(spec['tolerations'], `${path}.tolerations`),
    ...named(spec.priorityClassName, `${path}.priorityClassName`, dnsSubdomain),
    ...nonNegative(`${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
  ];
}

function named(name: string | undefined, path: string, rule: NameRule): StatusCause[] {
  const wrong = name ? rule(name) : undefined;
  return wrong === undefined ? [] : [invalidValue(path, name, wrong)];
}

function pullSecretErrors(secrets: unknown, path: string): StatusCause[] {
  if (!Array.isArray(secrets)) return [];
  return secrets.flatMap((each: unknown, index) =>
    isJsonObject(each) && each['name'] ? [] : [required(`${path}[${index}].name`)],
  );
}

const longest = 2 ** 31 - 1;

function deadlineErrors(seconds: unknown, path: string): StatusCause[] {
  if (typeof seconds !== 'number' || (seconds >= 1 && seconds <= longest)) return [];
  return [invalidValue(path, seconds, `must be between 1 and ${longest}, inclusive`)];
}

const effects = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];

function tolerationErrors(tolerations: unknown, path: string): StatusCause[] {
  if (!Array.isArray(tolerations)) return [];
  return tolerations.flatMap((each: unknown, index) =>
    isJsonObject(each) ? oneTolerationErrors(each, `${path}[${index}]`) : [],
  );
}

function oneTolerationErrors(toleration: JsonObject, path: string): StatusCause[] {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  const errors: StatusCause[] = [];
  const wrongKey = key === '' ? undefined : labelKey(String(key));
  if (wrongKey) errors.push(invalidValue(`${path}.key`, key, wrongKey));
  if (key === '' && operator !== 'Exists') {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${path}.operator`, operator, why));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalidValue(`${path}.effect`, effect, why));
  }
  if (operator === 'Exists' && value !== '') {
    errors.push(invalidValue(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
  }
  if (!['', 'Equal', 'Exists'].includes(String(operator))) {
    errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  }
  return [...errors, ...oneOf(`${path}.effect`, effect, effects)];
}
