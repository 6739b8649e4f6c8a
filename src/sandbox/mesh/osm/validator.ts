import type { KubeObject } from '../../../kube/objects.ts';
import type { Review } from './admission-server.ts';
import { isCidr } from './injector/exclusions.ts';
import type { TrafficTarget } from './kinds.ts';

/** The validating webhook (pkg/validator/validators.go): what OSM refuses beyond the schemas, in its words. */
interface Egress extends KubeObject {
  spec?: { matches?: { apiGroup: string; kind: string; name: string }[] };
}

interface IngressBackend extends KubeObject {
  spec?: {
    backends?: {
      name: string;
      port: { number: number; protocol: string };
      tls?: { skipClientCertValidation?: boolean };
    }[];
    sources?: { kind: string; name?: string; namespace?: string }[];
  };
}

const smiGroup = 'specs.smi-spec.io/v1alpha4';
const policyGroup = 'policy.openservicemesh.io/v1alpha1';

export function whyTrafficTargetRefused({ metadata, spec }: TrafficTarget): string | undefined {
  const wanted = spec?.destination.namespace ?? '';
  if (wanted === metadata.namespace) return undefined;
  return `The traffic target namespace (${metadata.namespace}) must match spec.Destination.Namespace (${wanted})`;
}

export function whyEgressRefused({ spec }: Egress): string | undefined {
  let settings = 0;
  for (const { apiGroup, kind, name } of spec?.matches ?? []) {
    const expected =
      apiGroup === smiGroup ? 'HTTPRouteGroup' : apiGroup === policyGroup ? 'UpstreamTrafficSetting' : undefined;
    if (!expected) return `Expected 'matches.apiGroup' to be one of [${smiGroup} ${policyGroup}], got: ${apiGroup}`;
    if (kind !== expected) return `Expected 'matches.kind' for match '${name}' to be '${expected}', got: ${kind}`;
    if (kind === 'UpstreamTrafficSetting') settings++;
  }
  return settings > 1 ? 'Cannot have more than 1 UpstreamTrafficSetting match' : undefined;
}

export function whyIngressBackendRefused({ spec }: IngressBackend): string | undefined {
  return whyBackendsRefused(spec) ?? whySourcesRefused(spec);
}

function whyBackendsRefused(spec: IngressBackend['spec']): string | undefined {
  const seen = new Set<string>();
  const authenticated = (spec?.sources ?? []).some(({ kind }) => kind === 'AuthenticatedPrincipal');
  for (const { name, port, tls } of spec?.backends ?? []) {
    const key = `${name} ${port.number}`;
    if (seen.has(key)) return `Duplicate backends detected with service name: ${name} and port: ${port.number}`;
    seen.add(key);
    const protocol = port.protocol.toLowerCase();
    if (protocol !== 'http' && protocol !== 'https')
      return `Expected 'port.protocol' to be 'http' or 'https', got: ${port.protocol}`;
    // OSM tests the opposite of what it says; it is kept, as learners meet it.
    if (protocol === 'https' && tls?.skipClientCertValidation && !authenticated) {
      return "HTTPS ingress with client certificate validation enabled must specify at least one 'AuthenticatedPrincipal` source";
    }
  }
  return undefined;
}

function whySourcesRefused(spec: IngressBackend['spec']): string | undefined {
  for (const { kind, name = '', namespace = '' } of spec?.sources ?? []) {
    switch (kind) {
      case 'Service':
        if (!name) return "'source.name' not specified for source kind Service";
        if (!namespace) return "'source.namespace' not specified for source kind Service";
        break;
      case 'AuthenticatedPrincipal':
        if (!name) return "'source.name' not specified for source kind AuthenticatedPrincipal";
        break;
      case 'IPRange':
        if (!isCidr(name)) {
          return `Invalid 'source.name' value specified for IPRange. Expected CIDR notation 'a.b.c.d/x', got '${name}'`;
        }
        break;
      default:
        return "Invalid 'source.kind' value specified. Must be one of: Service, AuthenticatedPrincipal, IPRange";
    }
  }
  return undefined;
}

/** Refusals carry no reason, only the code 400, which is why kubectl prints a plain `Error from server:`. */
export const policyReview: Review = async ({ uid, kind, object }) => {
  const message = object && whyRefused(kind?.kind ?? object.kind, object);
  return message === undefined ? { uid, allowed: true } : { uid, allowed: false, status: { message, code: 400 } };
};

function whyRefused(kind: string | undefined, object: KubeObject): string | undefined {
  switch (kind) {
    case 'TrafficTarget':
      return whyTrafficTargetRefused(object as TrafficTarget);
    case 'Egress':
      return whyEgressRefused(object);
    case 'IngressBackend':
      return whyIngressBackendRefused(object);
    default:
      return undefined;
  }
}
