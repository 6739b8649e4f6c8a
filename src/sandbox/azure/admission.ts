import { ArmError, subscriptionNotFound } from './arm-error.ts';
import type { AzureState } from './azure-state.ts';
import { findLocation } from './catalog.ts';
import type { AzureConditions } from './conditions.ts';

/**
 * What Resource Manager decides before any provider sees a request: login, subscription, rights, policies. In the order
 * in which Azure decides.
 */
export interface Asked {
  method: string;
  path: string;
  body: unknown;
  now: number;
}

export function admit(state: AzureState, conditions: AzureConditions, asked: Asked): void {
  checkLogin(state, conditions, asked.now);
  if (conditions.subscription === 'missing' && /^\/subscriptions\/./i.test(asked.path))
    throw subscriptionNotFound(state.subscription.id);
  if (isRead(asked)) return;
  if (conditions.role === 'reader') throw forbidden(state, asked);
  if (conditions.subscription === 'disabled')
    throw new ArmError(
      409,
      'ReadOnlyDisabledSubscription',
      `The subscription '${state.subscription.id}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.`,
    );
  if (asked.method === 'DELETE' && conditions.isLocked) throw scopeLocked(state, asked);
  if (asked.method === 'PUT') checkPolicy(state, conditions, asked);
}

/** Credentials are read by POST, and a reader may not have them. */
const isRead = ({ method }: Asked): boolean => method === 'GET' || method === 'HEAD';

function checkLogin(state: AzureState, { login }: AzureConditions, now: number): void {
  if (login === 'good') return;
  const at = (ms: number) => new Date(ms).toISOString();
  const [code, message] =
    login === 'expired'
      ? ([
          'ExpiredAuthenticationToken',
          `The access token expiry UTC time '${at(now - 60_000)}' is earlier than current UTC time '${at(now)}'.`,
        ] as const)
      : ([
          'InvalidAuthenticationToken',
          `The received access token is not valid: at least one of the claims 'puid' or 'altsecid' or 'oid' should be present.`,
        ] as const);
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${state.subscription.tenantId}", error="invalid_token", error_description="${message}"`;
  throw new ArmError(401, code, message, { headers: { 'www-authenticate': challenge } });
}

/** `/subscriptions/S/resourceGroups/G/providers/N/T/NAME` and the verb give the action that a role must allow. */
function actionOf({ method, path }: Asked): string {
  const [, provider = ''] = path.split(/\/providers\//i);
  const verb = method === 'DELETE' ? 'delete' : method === 'POST' ? 'action' : 'write';
  if (provider === '') return `Microsoft.Resources/subscriptions/resourcegroups/${verb}`;
  const [namespace = '', ...rest] = provider.split('/');
  const types = rest.filter((_, index) => index % 2 === 0);
  // A provider is registered by a path without a type.
  const type = types.length === 0 || rest.length === 1 ? rest[0] : types.join('/');
  return `${namespace}/${type}/${verb}`;
}

function forbidden(state: AzureState, asked: Asked): ArmError {
  return new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${state.subscription.user}' with object id '${state.subscription.tenantId}' does not have authorization to perform action '${actionOf(asked)}' over scope '${asked.path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

const scopeLocked = ({ subscription }: AzureState, { path }: Asked): ArmError =>
  new ArmError(
    409,
    'ScopeLocked',
    `The scope '${path}' cannot perform delete operation because following scope(s) are locked: '/subscriptions/${subscription.id}'. Please remove the lock and try again.`,
  );

const policyName = 'Allowed locations';

function checkPolicy(state: AzureState, { allowedLocations }: AzureConditions, { path, body }: Asked): void {
  if (!allowedLocations) return;
  const wanted = typeof body === 'object' && body !== null && 'location' in body ? String(body.location) : '';
  const location = findLocation(wanted)?.name;
  if (location === undefined || allowedLocations.includes(location)) return;
  throw disallowed(state, decodeURIComponent(path.split('/').at(-1) ?? ''), allowedLocations);
}

function disallowed(state: AzureState, resource: string, allowed: readonly string[]): ArmError {
  const assignment = `/subscriptions/${state.subscription.id}/providers/Microsoft.Authorization/policyAssignments/allowed-locations`;
  const definition = '/providers/Microsoft.Authorization/policyDefinitions/e56962a6-4747-49cd-b67b-bf8b01975c4c';
  const identifiers = [
    { policyAssignment: { name: policyName, id: assignment }, policyDefinition: { name: policyName, id: definition } },
  ];
  const info = {
    policyDefinitionDisplayName: policyName,
    policyDefinitionId: definition,
    policyDefinitionName: definition.split('/').at(-1),
    policyDefinitionEffect: 'deny',
    policyAssignmentId: assignment,
    policyAssignmentName: 'allowed-locations',
    policyAssignmentDisplayName: policyName,
    policyAssignmentScope: `/subscriptions/${state.subscription.id}`,
    policyAssignmentParameters: { listOfAllowedLocations: { value: allowed } },
  };
  return new ArmError(
    403,
    'RequestDisallowedByPolicy',
    `Resource '${resource}' was disallowed by policy. Policy identifiers: '${JSON.stringify(identifiers)}'.`,
    { target: resource, additionalInfo: [{ type: 'PolicyViolation', info }] },
  );
}
