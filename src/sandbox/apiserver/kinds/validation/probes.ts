import { isJsonObject, type JsonObject } from '../../../../kube/json-value.ts';
import { portName } from '../../../../kube/names.ts';
import type { Container, Probe } from '../../../../kube/objects.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { forbiddenField, invalidValue, nonNegative, notSupported, portErrors, required } from '../../field-errors.ts';

/** Probes and lifecycle hooks. Kubernetes: validateProbe, validateHandler in pkg/apis/core/validation. */
export function probesErrors(container: Container, path: string): StatusCause[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  return [
    ...hookErrors(container, `${path}.lifecycle`),
    ...probeErrors(livenessProbe, `${path}.livenessProbe`),
    ...onlyOneSuccess(livenessProbe, `${path}.livenessProbe`),
    ...probeErrors(readinessProbe, `${path}.readinessProbe`),
    ...graceErrors(readinessProbe, `${path}.readinessProbe`),
    ...probeErrors(startupProbe, `${path}.startupProbe`),
    ...onlyOneSuccess(startupProbe, `${path}.startupProbe`),
  ];
}

function hookErrors({ lifecycle }: Container, path: string): StatusCause[] {
  if (!isJsonObject(lifecycle)) return [];
  return ['postStart', 'preStop'].flatMap((hook) => {
    const handler = lifecycle[hook];
    return isJsonObject(handler) ? handlerErrors(handler, `${path}.${hook}`) : [];
  });
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function probeErrors(probe: Probe | undefined, path: string): StatusCause[] {
  if (!probe) return [];
  return [
    ...handlerErrors({ ...probe }, path),
    ...counts.flatMap((field) => nonNegative(`${path}.${field}`, probe[field])),
  ];
}

/** What has failed once must begin anew: a second success would prove nothing. */
function onlyOneSuccess(probe: Probe | undefined, path: string): StatusCause[] {
  const { successThreshold } = probe ?? {};
  if (successThreshold === undefined || successThreshold === 1) return [];
  return [invalidValue(`${path}.successThreshold`, successThreshold, 'must be 1')];
}

function graceErrors(probe: Probe | undefined, path: string): StatusCause[] {
  const seconds = probe?.['terminationGracePeriodSeconds' as keyof Probe];
  if (seconds === undefined) return [];
  return [invalidValue(`${path}.terminationGracePeriodSeconds`, seconds, 'must not be set for readinessProbes')];
}

function handlerErrors(handler: JsonObject, path: string): StatusCause[] {
  const ways = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'].filter((way) => isJsonObject(handler[way]));
  const errors = ways.flatMap((way, index) => {
    if (index > 0) return [forbiddenField(`${path}.${way}`, 'may not specify more than 1 handler type')];
    const action = handler[way];
    return isJsonObject(action) ? actionErrors(way, action, `${path}.${way}`) : [];
  });
  return ways.length === 0 ? [required(path, 'must specify a handler type')] : errors;
}

function actionErrors(way: string, action: JsonObject, path: string): StatusCause[] {
  switch (way) {
    case 'exec':
      return Array.isArray(action['command']) && action['command'].length > 0 ? [] : [required(`${path}.command`)];
    case 'httpGet':
      return [
        ...(action['path'] ? [] : [required(`${path}.path`)]),
        ...portOrNameErrors(action['port'], `${path}.port`),
        ...(action['scheme'] === 'HTTP' || action['scheme'] === 'HTTPS'
          ? []
          : [notSupported(`${path}.scheme`, action['scheme'] ?? '', ['HTTP', 'HTTPS'])]),
        ...headerErrors(action['httpHeaders'], `${path}.httpHeaders`),
      ];
    case 'tcpSocket':
    case 'grpc':
      return portOrNameErrors(action['port'], `${path}.port`);
    default:
      return [];
  }
}

const headerText =
  "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";

function headerErrors(headers: unknown, path: string): StatusCause[] {
  return (Array.isArray(headers) ? headers : []).flatMap((header: unknown) => {
    const name = isJsonObject(header) ? (header['name'] ?? '') : '';
    return /^[-A-Za-z0-9]+$/.test(String(name)) ? [] : [invalidValue(path, name, headerText)];
  });
}

export function portOrNameErrors(port: unknown, path: string): StatusCause[] {
  if (typeof port !== 'string') return portErrors(path, port);
  const wrong = port === '' ? 'must be between 1 and 65535, inclusive' : portName(port);
  return wrong === undefined ? [] : [invalidValue(path, port, wrong)];
}
