import { isJsonObject, type JsonObject } from '../../../../kube/json-value.ts';
import { dnsLabel } from '../../../../kube/names.ts';
import type { Container, PodSpec } from '../../../../kube/objects.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { duplicateValue, forbiddenField, invalidValue, notFoundValue, required } from '../../field-errors.ts';
import { keyErrors } from './environment.ts';

/** Volumes and where containers mount them. Kubernetes: ValidateVolumes, ValidateVolumeMounts. */
export function volumeErrors(volumes: PodSpec['volumes'], path: string): StatusCause[] {
  const names = new Set<string>();
  return (volumes ?? []).flatMap((volume, index) => {
    const at = `${path}[${index}]`;
    const errors = [...sourceErrors(volume, at), ...nameErrors(volume.name, `${at}.name`)];
    if (volume.name && names.has(volume.name)) errors.push(duplicateValue(`${at}.name`, volume.name));
    names.add(volume.name);
    return errors;
  });
}

function nameErrors(name: string | undefined, path: string): StatusCause[] {
  if (!name) return [required(path)];
  const wrong = dnsLabel(name);
  return wrong === undefined ? [] : [invalidValue(path, name, wrong)];
}

function sourceErrors(volume: JsonObject, path: string): StatusCause[] {
  const sources = Object.entries(volume).filter(([field, value]) => field !== 'name' && isJsonObject(value));
  return sources.flatMap(([type, source], index) => {
    if (index > 0) return [forbiddenField(`${path}.${type}`, 'may not specify more than 1 volume type')];
    return isJsonObject(source) ? oneSourceErrors(type, source, `${path}.${type}`) : [];
  });
}

/** The field that a source of this type can't do without. */
const neededField: Readonly<Record<string, string>> = {
  configMap: 'name',
  secret: 'secretName',
  persistentVolumeClaim: 'claimName',
  hostPath: 'path',
  csi: 'driver',
};

function oneSourceErrors(type: string, source: JsonObject, path: string): StatusCause[] {
  const needed = neededField[type];
  const errors = needed !== undefined && !source[needed] ? [required(`${path}.${needed}`)] : [];
  errors.push(...modeErrors(source['defaultMode'], `${path}.defaultMode`));
  errors.push(...itemErrors(source['items'], `${path}.items`, type));
  if (type === 'hostPath' && typeof source['path'] === 'string') {
    if (source['path'].split('/').includes('..')) {
      errors.push(invalidValue(`${path}.path`, source['path'], "must not contain '..'"));
    }
  }
  if (type === 'projected' && Array.isArray(source['sources'])) {
    source['sources'].forEach((projection, index) => {
      if (isJsonObject(projection)) errors.push(...projectionErrors(projection, `${path}.sources[${index}]`));
    });
  }
  return errors;
}

function projectionErrors(projection: JsonObject, path: string): StatusCause[] {
  return Object.entries(projection).flatMap(([type, source]) => {
    if (!isJsonObject(source)) return [];
    const at = `${path}.${type}`;
    const isNamed = type === 'configMap' || type === 'secret';
    return [
      ...(isNamed && !source['name'] ? [required(`${at}.name`)] : []),
      ...(type === 'serviceAccountToken' && !source['path'] ? [required(`${at}.path`)] : []),
      ...itemErrors(source['items'], `${at}.items`, type),
    ];
  });
}

function modeErrors(mode: unknown, path: string): StatusCause[] {
  if (typeof mode !== 'number' || (mode >= 0 && mode <= 0o777)) return [];
  return [invalidValue(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

function itemErrors(items: unknown, path: string, type: string): StatusCause[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => {
    if (!isJsonObject(item)) return [];
    const at = `${path}[${index}]`;
    const key = typeof item['key'] === 'string' ? item['key'] : undefined;
    return [
      ...(type === 'downwardAPI' ? [] : keyErrors(key, `${at}.key`)),
      ...(item['path'] ? insideErrors(String(item['path']), `${at}.path`) : [required(`${at}.path`)]),
      ...modeErrors(item['mode'], `${at}.mode`),
    ];
  });
}

/** A path that may not leave the volume. */
function insideErrors(inside: string, path: string): StatusCause[] {
  if (inside.startsWith('/')) return [invalidValue(path, inside, 'must be a relative path')];
  return inside.split('/').includes('..') ? [invalidValue(path, inside, "must not contain '..'")] : [];
}

export function mountErrors(
  { volumeMounts = [] }: Container,
  path: string,
  volumes: ReadonlySet<string>,
): StatusCause[] {
  const taken = new Set<string>();
  return volumeMounts.flatMap(({ name, mountPath, subPath }, index) => {
    const at = `${path}.volumeMounts[${index}]`;
    const errors: StatusCause[] = [];
    if (!name) errors.push(required(`${at}.name`));
    if (!volumes.has(name)) errors.push(notFoundValue(`${at}.name`, name));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (taken.has(mountPath)) errors.push(invalidValue(`${at}.mountPath`, mountPath, 'must be unique'));
    taken.add(mountPath);
    if (subPath) errors.push(...insideErrors(subPath, `${at}.subPath`));
    return errors;
  });
}
