import type { Container, PodSpec, Probe } from '../../../kube/objects.ts';
import { parseQuantity } from '../../../kube/quantity.ts';

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
