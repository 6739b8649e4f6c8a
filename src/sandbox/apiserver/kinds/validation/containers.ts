import { dnsLabel, labelKey, portName } from '../../../../kube/names.ts';
import type { Container, PodSpec } from '../../../../kube/objects.ts';
import { parseQuantity } from '../../../../kube/quantity.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import {
  duplicateValue,
  forbiddenField,
  invalidValue,
  notSupported,
  oneOf,
  portErrors,
  required,
} from '../../field-errors.ts';
import { environmentErrors } from './environment.ts';
import { probesErrors } from './probes.ts';
import { mountErrors } from './volumes.ts';

/** Containers of a pod, in upstream's order. Kubernetes: validateContainers, validateInitContainers. */
export function containersErrors(
  { containers, initContainers = [] }: PodSpec,
  path: string,
  volumes: ReadonlySet<string>,
): StatusCause[] {
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const at = `${path}.containers[${index}]`;
    const own = [...commonErrors(container, at, volumes), ...nameTaken(container, at, names)];
    own.push(...probesErrors(container, at));
    if (container.restartPolicy !== undefined) {
      own.push(forbiddenField(`${at}.restartPolicy`, 'may not be set for non-init containers'));
    }
    return own;
  });
  return [
    ...errors,
    ...initContainers.flatMap((container, index) => {
      const at = `${path}.initContainers[${index}]`;
      const own = [...commonErrors(container, at, volumes), ...nameTaken(container, at, names)];
      return [...own, ...initErrors(container, at)];
    }),
  ];
}

function nameTaken({ name }: Container, path: string, names: Set<string>): StatusCause[] {
  if (!name) return [];
  if (names.has(name)) return [duplicateValue(`${path}.name`, name)];
  names.add(name);
  return [];
}

/** Only one that goes on beside the others has a life to look after. */
function initErrors(container: Container, path: string): StatusCause[] {
  const { restartPolicy } = container;
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    return [notSupported(`${path}.restartPolicy`, restartPolicy, ['Always'])];
  }
  if (restartPolicy === 'Always') return probesErrors(container, path);
  return ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']
    .filter((field) => container[field] !== undefined)
    .map((field) =>
      forbiddenField(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always'),
    );
}

function commonErrors(container: Container, path: string, volumes: ReadonlySet<string>): StatusCause[] {
  const errors: StatusCause[] = [];
  const wrongName = container.name ? dnsLabel(container.name) : undefined;
  if (!container.name) errors.push(required(`${path}.name`));
  else if (wrongName) errors.push(invalidValue(`${path}.name`, container.name, wrongName));
  if (!container.image) errors.push(required(`${path}.image`));
  else if (container.image !== container.image.trim()) {
    errors.push(invalidValue(`${path}.image`, container.image, 'must not have leading or trailing whitespace'));
  }
  return [
    ...errors,
    ...oneOf(`${path}.terminationMessagePolicy`, container['terminationMessagePolicy'], [
      'FallbackToLogsOnError',
      'File',
    ]),
    ...containerPortErrors(container, path),
    ...environmentErrors(container, path),
    ...mountErrors(container, path, volumes),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...resourceErrors(container.resources, `${path}.resources`),
    ...userErrors(container.securityContext, `${path}.securityContext`),
  ];
}

function containerPortErrors({ ports = [] }: Container, path: string): StatusCause[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const at = `${path}.ports[${index}]`;
    const errors: StatusCause[] = [];
    const wrong = port.name ? portName(port.name) : undefined;
    if (wrong) errors.push(invalidValue(`${at}.name`, port.name, wrong));
    else if (port.name && names.has(port.name)) errors.push(duplicateValue(`${at}.name`, port.name));
    if (port.name) names.add(port.name);
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else errors.push(...portErrors(`${at}.containerPort`, port.containerPort));
    return [...errors, ...oneOf(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP'])];
  });
}

const standardResources = ['cpu', 'memory', 'ephemeral-storage'];

function resourceErrors(resources: Container['resources'], path: string): StatusCause[] {
  const { limits = {}, requests = {} } = resources ?? {};
  const limited = Object.entries(limits).flatMap(([name, quantity]) => amountErrors(name, quantity, `${path}.limits`));
  const requested = Object.entries(requests).flatMap(([name, quantity]) => {
    const errors = amountErrors(name, quantity, `${path}.requests`);
    const limit = limits[name];
    const [amount, most] = [parseQuantity(quantity), parseQuantity(limit ?? '')];
    if (amount !== undefined && most !== undefined && amount > most) {
      const why = `must be less than or equal to ${name} limit of ${limit}`;
      errors.push(invalidValue(`${path}.requests`, quantity, why));
    }
    return errors;
  });
  return [...limited, ...requested];
}

function amountErrors(name: string, quantity: string, path: string): StatusCause[] {
  const at = `${path}[${name}]`;
  const errors: StatusCause[] = [];
  const wrongName = labelKey(name);
  if (wrongName) errors.push(invalidValue(at, name, wrongName));
  else if (!name.includes('/') && !standardResources.includes(name) && !name.startsWith('hugepages-')) {
    errors.push(invalidValue(at, name, 'must be a standard resource type or fully qualified'));
    errors.push(invalidValue(at, name, 'must be a standard resource for containers'));
  }
  const amount = parseQuantity(quantity);
  if (amount !== undefined && amount < 0) {
    errors.push(invalidValue(at, quantity, 'must be greater than or equal to 0'));
  }
  return errors;
}

const highestId = 2 ** 31 - 1;

export function userErrors(context: unknown, path: string): StatusCause[] {
  return (['runAsUser', 'runAsGroup', 'fsGroup'] as const).flatMap((field) => {
    const id = (context as Partial<Record<string, unknown>> | undefined)?.[field];
    if (typeof id !== 'number' || (id >= 0 && id <= highestId)) return [];
    return [invalidValue(`${path}.${field}`, id, `must be between 0 and ${highestId}, inclusive`)];
  });
}
