import type { KubeObject } from '../../kube/objects.ts';
import type { Caller } from './request-api.ts';
import type { ServedResource } from './served-resource.ts';

/** One write on its way through the server. */
export interface WriteContext {
  caller: Caller;
  dryRun: boolean;
  /** Who owns the fields it sets; nobody's are recorded without one. */
  fieldManager: string | undefined;
  fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** Texts for the client, in the order they came up. */
  warnings: string[];
}

export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: ServedResource;
  subresource: string;
  namespace: string | undefined;
  name: string;
  /** A draft that mutating admission may change; absent on DELETE. */
  object: KubeObject | undefined;
  /** Frozen; absent on CREATE. */
  current: KubeObject | undefined;
  context: WriteContext;
}

/** The server's own components: no warnings wanted, no ownership kept, cluster-admin. */
export const inProcessCaller: Caller = {
  username: 'system:kube-controller-manager',
  groups: ['system:masters', 'system:authenticated'],
};

export function inProcessContext(): WriteContext {
  return { caller: inProcessCaller, dryRun: false, fieldManager: undefined, fieldValidation: 'Ignore', warnings: [] };
}
