import { Fault, faultOf } from '../../fault.ts';
import { type AzureRefusal, readAzOutput, readRefusal } from './refusals.ts';

/**
 * What Azure says no with, as Faults: recognised by Azure's code, the class of an identity error, or the code of a
 * connection that broke. Azure's own sentence is kept as the reason, because it has the numbers and names.
 */
type Explain = (refusal: AzureRefusal) => Fault;

const said: (code: SentenceFault) => Explain = (code) => (refusal) => faultOf(code, refusal.said);

type SentenceFault =
  | 'azure.quota'
  | 'azure.cluster-quota'
  | 'azure.size'
  | 'azure.forbidden'
  | 'azure.login'
  | 'azure.subscription'
  | 'azure.subscription-disabled'
  | 'azure.busy'
  | 'azure.locked'
  | 'azure.taken'
  | 'azure.version'
  | 'azure.add-on';

const provider: Explain = ({ namespace }) => faultOf('azure.provider', namespace ?? 'Microsoft.ContainerService');
const throttled: Explain = ({ retryAfterSeconds }) => faultOf('azure.throttled', retryAfterSeconds ?? 0);

/** Codes of Resource Manager and of AKS; https://aka.ms/aks/quotas-skus-regions and Azure's tables of common errors. */
const explanations: Readonly<Record<string, Explain>> = {
  ErrCode_InsufficientVCPUQuota: said('azure.quota'),
  InsufficientVCPUQuota: said('azure.quota'),
  QuotaExceeded: said('azure.quota'),
  ManagedClusterCountExceedsQuotaLimit: said('azure.cluster-quota'),
  SkuNotAvailable: said('azure.size'),
  VMSizeNotSupported: said('azure.size'),
  K8sVersionNotSupported: said('azure.version'),
  RequestDisallowedByPolicy: ({ policies, said: sentence }) => faultOf('azure.policy', policies, sentence),
  AuthorizationFailed: said('azure.forbidden'),
  LinkedAuthorizationFailed: said('azure.forbidden'),
  AuthenticationFailed: said('azure.login'),
  ExpiredAuthenticationToken: said('azure.login'),
  InvalidAuthenticationToken: said('azure.login'),
  InvalidAuthenticationTokenTenant: said('azure.login'),
  Throttled: throttled,
  TooManyRequests: throttled,
  SubscriptionRequestsThrottled: throttled,
  SubscriptionNotFound: said('azure.subscription'),
  InvalidSubscriptionId: said('azure.subscription'),
  ReadOnlyDisabledSubscription: said('azure.subscription-disabled'),
  MissingSubscriptionRegistration: provider,
  SubscriptionNotRegistered: provider,
  Conflict: said('azure.busy'),
  OperationNotAllowed: said('azure.busy'),
  ResourceGroupBeingDeleted: said('azure.busy'),
  ScopeLocked: said('azure.locked'),
  DnsPrefixInUse: said('azure.taken'),
  InvalidResourceLocation: said('azure.taken'),
  InvalidResourceGroupLocation: said('azure.taken'),
  PropertyChangeNotAllowed: said('azure.taken'),
  // Nobody has said yet which code AKS will use once the add-on cannot be enabled; these are how it refuses others.
  AddonNotSupported: said('azure.add-on'),
  AddonRetired: said('azure.add-on'),
};

/** AKS answers a size that is not allowed as a plain BadRequest, and tells it from others by the page it names. */
const sizePages = ['aka.ms/aks/quotas-skus-regions', 'aka.ms/cpu-quota'];
const addOnTarget = /openservicemesh/i;

/** Undefined for an error that is none of Azure's: a bug, or somebody else's. */
export function explainAzureFailure(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error;
  const refusal = readRefusal(error);
  return refusal && faultFor(refusal).because(error);
}

/** The same of what a failed `az` printed; undefined when it names no code of Azure's. */
export function explainAzOutput(output: string): Fault | undefined {
  const refusal = readAzOutput(output);
  return refusal && faultFor(refusal);
}

function faultFor(refusal: AzureRefusal): Fault {
  if (refusal.target !== undefined && addOnTarget.test(refusal.target)) return faultOf('azure.add-on', refusal.said);
  const explain = refusal.codes.map((code) => explanations[code]).find((known) => known !== undefined);
  if (explain) return explain(refusal);
  const [code = ''] = refusal.codes;
  if (code === 'BadRequest' && sizePages.some((page) => refusal.said.includes(page)))
    return faultOf('azure.size', refusal.said);
  return byStatus(refusal, code);
}

function byStatus(refusal: AzureRefusal, code: string): Fault {
  const { status, said: sentence } = refusal;
  switch (true) {
    case refusal.isLogin || status === 401:
      return faultOf('azure.login', sentence);
    case status === 403:
      return faultOf('azure.forbidden', sentence);
    case status === 429:
      return throttled(refusal);
    case status === undefined && refusal.isConnection:
      return faultOf('azure.unreachable', code);
    case status !== undefined && status >= 500:
      return faultOf('azure.server', status, code);
    default:
      return faultOf('azure.refused', code, sentence);
  }
}
