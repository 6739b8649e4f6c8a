import { StatusError } from '../../../kube/status.ts';

/** Which form of an answer a client wants, by its Accept header. Protobuf is never chosen: every client also takes JSON. */
export type Representation =
  | { as: 'object'; encoding: 'json' | 'yaml' }
  | { as: 'table'; version: 'v1' | 'v1beta1' }
  | { as: 'metadata' };

interface AcceptClause {
  type: string;
  parameters: ReadonlyMap<string, string>;
  quality: number;
}

export function acceptClauses(header: string | undefined): AcceptClause[] {
  const clauses = (header || '*/*').split(',').map((text) => {
    const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
    const pairs = parameters.map((part) => part.split('=', 2) as [string, string]);
    const map = new Map(pairs.map(([name, value]) => [name.toLowerCase(), value ?? '']));
    return { type: type.toLowerCase(), parameters: map, quality: Number(map.get('q') ?? 1) || 0 };
  });
  return clauses.sort((left, right) => right.quality - left.quality);
}

const representations = 'application/json, application/yaml, application/json;stream=watch';

export const notAcceptable = (): StatusError =>
  new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${representations}`, {});

export function negotiate(header: string | undefined): Representation {
  for (const { type, parameters } of acceptClauses(header)) {
    if (type === 'application/json') {
      const as = parameters.get('as');
      const version = parameters.get('v');
      if (as === undefined) return { as: 'object', encoding: 'json' };
      if (parameters.get('g') !== 'meta.k8s.io') continue;
      if (as === 'Table' && (version === 'v1' || version === 'v1beta1')) return { as: 'table', version };
      if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { as: 'metadata' };
    }
    if (type === '*/*' || type === 'application/*') return { as: 'object', encoding: 'json' };
    if (type === 'application/yaml') return { as: 'object', encoding: 'yaml' };
  }
  throw notAcceptable();
}
