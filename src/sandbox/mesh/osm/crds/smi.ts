import type { CustomResourceDefinition } from '../../../../kube/api-extensions.ts';
import { anything, definition, integer, list, object, oneOf, string, strings, unserved, version } from './schema.ts';

/** The Service Mesh Interface kinds, in the versions that OSM 1.2 serves (cmd/osm-bootstrap/crds). */
const identity = object({ kind: string, name: string, namespace: string }, ['kind', 'name']);

const trafficTargetSpec = object(
  {
    destination: identity,
    rules: list(
      object({ kind: oneOf('HTTPRouteGroup', 'TCPRoute', 'UDPRoute'), name: string, matches: strings }, [
        'kind',
        'name',
      ]),
    ),
    sources: list(identity),
  },
  ['destination', 'rules', 'sources'],
);

const methods = ['*', 'GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];

const httpRouteGroupSpec = object(
  {
    matches: list(
      object(
        {
          name: string,
          methods: list(oneOf(...methods)),
          pathRegex: string,
          headers: list({ type: 'object', additionalProperties: string }),
        },
        ['name'],
      ),
    ),
  },
  ['matches'],
);

const tcpRouteSpec = object({ matches: object({ ports: list(integer) }, ['ports']) }, ['matches']);

const trafficSplitSpec = object(
  {
    service: string,
    backends: list(object({ service: string, weight: { type: 'number' } }, ['service', 'weight'])),
  },
  ['service', 'backends'],
);

const serviceColumn = {
  name: 'Service',
  type: 'string',
  description: 'The apex service of this split.',
  jsonPath: '.spec.service',
};

export function smiDefinitions(): CustomResourceDefinition[] {
  return [
    definition({
      group: 'access.smi-spec.io',
      kind: 'TrafficTarget',
      plural: 'traffictargets',
      shortNames: ['tt'],
      versions: [
        version('v1alpha3', trafficTargetSpec),
        version('v1alpha2', anything, unserved),
        version('v1alpha1', anything, unserved),
      ],
    }),
    definition({
      group: 'specs.smi-spec.io',
      kind: 'HTTPRouteGroup',
      plural: 'httproutegroups',
      shortNames: ['htr'],
      versions: [
        version('v1alpha4', httpRouteGroupSpec),
        version('v1alpha3', anything, unserved),
        version('v1alpha2', anything, unserved),
        version('v1alpha1', anything, unserved),
      ],
    }),
    definition({
      group: 'specs.smi-spec.io',
      kind: 'TCPRoute',
      plural: 'tcproutes',
      shortNames: ['tr'],
      versions: [version('v1alpha4', tcpRouteSpec)],
    }),
    definition({
      group: 'split.smi-spec.io',
      kind: 'TrafficSplit',
      plural: 'trafficsplits',
      shortNames: ['ts'],
      versions: [
        version('v1alpha4', anything, unserved),
        version('v1alpha3', anything, unserved),
        version('v1alpha2', trafficSplitSpec, undefined, { additionalPrinterColumns: [serviceColumn] }),
      ],
    }),
  ];
}
