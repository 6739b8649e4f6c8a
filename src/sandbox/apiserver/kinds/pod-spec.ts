import { dnsLabel } from '../../../kube/names.ts';
import type { Container, PodSpec, Probe } from '../../../kube/objects.ts';
import { parseQuantity, quantityRule } from '../../../kube/quantity.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { duplicateValue, invalidValue, notFoundValue, oneOf, portErrors, required } from '../field-errors.ts';

/** Defaults of a pod's spec, as pods and pod templates share them. Kubernetes: pkg/apis/core/v1/defaults.go */
export function defaultPodSpec(spec: PodSpec): void {
  if (!spec || !Array.isArray(spec.containers)) return;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) defaultContainer(container);
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec['dnsPolicy'] ??= 'ClusterFirst';
  if (spec.serviceAccountName !== undefined) spec.serviceAccount ??= spec.serviceAccountName;
  else if (spec.serviceAccount !== undefined) spec.serviceAccountName = spec.serviceAccount;
  spec['securityContext'] ??= {};
  spec['schedulerName'] ??= 'default-scheduler';
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: Container): void {
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) defaultProbe(probe);
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ??= 'v1';
  }
  container.resources ??= {};
  const { limits, requests } = container.resources;
  if (limits) container.resources.requests = { ...limits, ...requests };
  container['terminationMessagePath'] ??= '/dev/termination-log';
  container['terminationMessagePolicy'] ??= 'File';
  container.imagePullPolicy ??= pullPolicyOf(container.image ?? '');
}

/** Always for `:latest` or no tag, else IfNotPresent. */
function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return;
  if (probe.httpGet) {
    probe.httpGet.path ??= '/';
    probe.httpGet.scheme ??= 'HTTP';
  }
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
}

function defaultVolume(volume: { name: string } & Record<string, unknown>): void {
  const source = Object.keys(volume).find((key) => key !== 'name');
  if (source === undefined) volume['emptyDir'] = {};
  for (const key of ['configMap', 'secret', 'projected', 'downwardAPI']) {
    const projected = volume[key];
    if (typeof projected === 'object' && projected !== null && !('defaultMode' in projected)) {
      Object.assign(projected, { defaultMode: 420 });
    }
  }
}

/** `claims` are volumes that a StatefulSet adds to its pods, named by its volumeClaimTemplates. */
export function validatePodSpec(
  spec: PodSpec | undefined,
  path: string,
  claims: readonly string[] = [],
): StatusCause[] {
  if (!spec || !Array.isArray(spec.containers) || spec.containers.length === 0) {
    return [required(`${path}.containers`)];
  }
  const volumes = new Set([...claims, ...(spec.volumes ?? []).map((volume) => volume.name)]);
  const names = new Set<string>();
  return [
    ...(spec.volumes ?? []).flatMap((volume, index) => nameErrors(`${path}.volumes[${index}].name`, volume.name)),
    ...spec.containers.flatMap((each, index) =>
      validateContainer(each, `${path}.containers[${index}]`, volumes, names),
    ),
    ...(spec.initContainers ?? []).flatMap((each, index) =>
      validateContainer(each, `${path}.initContainers[${index}]`, volumes, names),
    ),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec['dnsPolicy'], ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']),
  ];
}

function nameErrors(field: string, name: string | undefined): StatusCause[] {
  if (!name) return [required(field)];
  const wrong = dnsLabel(name);
  return wrong ? [invalidValue(field, name, wrong)] : [];
}

function validateContainer(
  container: Container,
  path: string,
  volumes: ReadonlySet<string>,
  names: Set<string>,
): StatusCause[] {
  const errors = nameErrors(`${path}.name`, container.name);
  if (container.name && names.has(container.name)) errors.push(duplicateValue(`${path}.name`, container.name));
  names.add(container.name);
  if (!container.image) errors.push(required(`${path}.image`));
  else if (container.image !== container.image.trim()) {
    errors.push(invalidValue(`${path}.image`, container.image, 'must not have leading or trailing whitespace'));
  }
  (container.ports ?? []).forEach((port, index) => {
    errors.push(...portErrors(`${path}.ports[${index}].containerPort`, port.containerPort));
    errors.push(...oneOf(`${path}.ports[${index}].protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
  });
  (container.env ?? []).forEach((variable, index) => {
    if (!variable.name) errors.push(required(`${path}.env[${index}].name`));
    if (variable.value && variable.valueFrom) {
      const why = 'may not be specified when `value` is not empty';
      errors.push(invalidValue(`${path}.env[${index}].valueFrom`, '', why));
    }
  });
  (container.volumeMounts ?? []).forEach((mount, index) => {
    if (!mount.mountPath) errors.push(required(`${path}.volumeMounts[${index}].mountPath`));
    if (!volumes.has(mount.name)) errors.push(notFoundValue(`${path}.volumeMounts[${index}].name`, mount.name));
  });
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    errors.push(...probeErrors(container[name], `${path}.${name}`));
  }
  errors.push(...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']));
  return [...errors, ...resourceErrors(container.resources, `${path}.resources`)];
}

function probeErrors(probe: Probe | undefined, path: string): StatusCause[] {
  if (!probe) return [];
  const ways = [probe.httpGet, probe.tcpSocket, probe.exec, probe['grpc' as keyof Probe]].filter(Boolean).length;
  if (ways === 0) return [required(path, 'must specify a handler type')];
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
  if (typeof port !== 'number') return [];
  return portErrors(`${path}.${probe.httpGet ? 'httpGet' : 'tcpSocket'}.port`, port);
}

function resourceErrors(resources: Container['resources'], path: string): StatusCause[] {
  const errors: StatusCause[] = [];
  for (const part of ['limits', 'requests'] as const) {
    for (const [name, quantity] of Object.entries(resources?.[part] ?? {})) {
      const amount = parseQuantity(quantity);
      const limit = parseQuantity(resources?.limits?.[name] ?? '');
      if (amount === undefined) errors.push(invalidValue(`${path}.${part}.${name}`, quantity, quantityRule));
      else if (part === 'requests' && limit !== undefined && amount > limit) {
        const why = `must be less than or equal to ${name} limit of ${resources?.limits?.[name]}`;
        errors.push(invalidValue(`${path}.requests`, quantity, why));
      }
    }
  }
  return errors;
}

/** Kubernetes: a pod is Guaranteed when all limits equal their requests, BestEffort when it has none at all. */
export function qosClassOf(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const all = [...spec.containers, ...(spec.initContainers ?? [])].map((each) => each.resources ?? {});
  const has = (part: 'limits' | 'requests') => all.some((each) => Object.keys(each[part] ?? {}).length > 0);
  if (!has('limits') && !has('requests')) return 'BestEffort';
  const isGuaranteed = all.every(({ limits = {}, requests = {} }) =>
    ['cpu', 'memory'].every(
      (name) =>
        limits[name] !== undefined && parseQuantity(limits[name]) === parseQuantity(requests[name] ?? limits[name]),
    ),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
