import type { KubeObject } from '../kube/objects.ts';
import * as resources from '../kube/resources.ts';
import { SpecProblem } from './check.ts';

function custom<T extends KubeObject>(group: string, version: string, resource: string, kind: string) {
  return { group, version, resource, kind, namespaced: true } satisfies resources.ResourceRef<T>;
}

export const trafficSplits = custom('split.smi-spec.io', 'v1alpha2', 'trafficsplits', 'TrafficSplit');
export const trafficTargets = custom('access.smi-spec.io', 'v1alpha3', 'traffictargets', 'TrafficTarget');
export const httpRouteGroups = custom('specs.smi-spec.io', 'v1alpha4', 'httproutegroups', 'HTTPRouteGroup');
export const meshConfigs = custom('config.openservicemesh.io', 'v1alpha2', 'meshconfigs', 'MeshConfig');

/** The kinds an author may name in a condition, at the versions that OSM 1.2 on AKS serves. */
const known: readonly resources.ResourceRef[] = [
  ...Object.values(resources).filter((value) => typeof value === 'object'),
  trafficSplits,
  meshConfigs,
  trafficTargets,
  httpRouteGroups,
  custom('specs.smi-spec.io', 'v1alpha4', 'tcproutes', 'TCPRoute'),
  custom('policy.openservicemesh.io', 'v1alpha1', 'egresses', 'Egress'),
  custom('policy.openservicemesh.io', 'v1alpha1', 'ingressbackends', 'IngressBackend'),
  custom('policy.openservicemesh.io', 'v1alpha1', 'retries', 'Retry'),
  custom('policy.openservicemesh.io', 'v1alpha1', 'upstreamtrafficsettings', 'UpstreamTrafficSetting'),
];

export function resourceOf(kind: string, apiVersion: string | undefined): resources.ResourceRef {
  const ref = known.find((candidate) => candidate.kind === kind);
  if (!ref)
    throw new SpecProblem('kind', `"${kind}" is not known here; the kinds are ${known.map((r) => r.kind).join(', ')}.`);
  if (apiVersion === undefined) return ref;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return { ...ref, group, version };
}

/** The word kubectl takes: `trafficsplit`. */
export const kubectlWord = (ref: resources.ResourceRef): string => ref.kind.toLowerCase();
