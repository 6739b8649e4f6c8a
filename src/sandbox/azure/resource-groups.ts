import { ArmError, resourceGroupBeingDeleted, resourceGroupNotFound } from './arm-error.ts';
import type { ArmRequest, ArmResponse, ArmRoute } from './arm-request.ts';
import type { AzureState, ResourceGroupRecord } from './azure-state.ts';
import { findLocation, locations } from './catalog.ts';
import { groupView } from './cluster-view.ts';
import type { Operations } from './operations.ts';
import type { StateFile } from './state-file.ts';

/** Resource groups: create, show, list, tag, delete. What lies in them is not its affair, but it goes with them. */
export function requireGroup(state: AzureState, name: string): ResourceGroupRecord {
  const group = state.groups[name.toLowerCase()];
  if (!group) throw resourceGroupNotFound(name);
  return group;
}

export function requireUsableGroup(state: AzureState, name: string): ResourceGroupRecord {
  const group = requireGroup(state, name);
  if (group.provisioningState === 'Deleting') throw resourceGroupBeingDeleted(group.name);
  return group;
}

function checkName(name: string): void {
  if (name.length > 90)
    throw new ArmError(
      400,
      'ResourceGroupNameTooLong',
      `The resource group name '${name}' exceeds the maximum allowed length of '90' characters.`,
    );
  const wrong = name.replaceAll(/[\p{L}\p{N}_().-]/gu, '');
  if (wrong === '' && !name.endsWith('.')) return;
  throw new ArmError(
    400,
    'InvalidResourceGroupName',
    wrong === ''
      ? `The provided resource group name '${name}' must not end with a period.`
      : `The provided resource group name '${name}' has these invalid characters: '${wrong}'. The name can only be a letter, digit, '-', '.', '(', ')' or '_'.`,
  );
}

/** `tagName eq 'made-by' and tagValue eq 'meshwalk'`: the one filter that resource groups have. Tags' names have no case. */
function tagFilter(filter: string | null): (group: ResourceGroupRecord) => boolean {
  if (filter === null || filter.trim() === '') return () => true;
  const [, name, , value] = /^\s*tagname\s+eq\s+'([^']*)'(\s+and\s+tagvalue\s+eq\s+'([^']*)')?\s*$/i.exec(filter) ?? [];
  if (name === undefined)
    throw new ArmError(400, 'InvalidFilterInQueryString', `Invalid $filter '${filter}' specified in the query string.`);
  return ({ tags }) =>
    Object.entries(tags ?? {}).some(
      ([tag, has]) => tag.toLowerCase() === name.toLowerCase() && (value === undefined || has === value),
    );
}

function readBody(body: unknown): { location?: string; tags?: Record<string, string>; managedBy?: string } {
  if (typeof body !== 'object' || body === null)
    throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  return body;
}

function put(file: StateFile, request: ArmRequest): ArmResponse {
  const { state } = file;
  const name = request.parameters['group'] ?? '';
  checkName(name);
  const body = readBody(request.body);
  if (!body.location)
    throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.');
  const location = findLocation(body.location);
  if (!location)
    throw new ArmError(
      400,
      'LocationNotAvailableForResourceGroup',
      `The provided location '${body.location}' is not available for resource group. List of available regions is '${locations.map((one) => one.name).join(',')}'.`,
    );
  const existing = state.groups[name.toLowerCase()];
  if (existing?.provisioningState === 'Deleting') throw resourceGroupBeingDeleted(existing.name);
  if (existing && existing.location !== location.name)
    throw new ArmError(
      409,
      'InvalidResourceGroupLocation',
      `Invalid resource group location '${location.name}'. The Resource group already exists in location '${existing.location}'.`,
    );
  const group: ResourceGroupRecord = {
    name: existing?.name ?? name,
    location: location.name,
    tags: body.tags ?? null,
    provisioningState: 'Succeeded',
    managedBy: body.managedBy ?? existing?.managedBy ?? null,
  };
  state.groups[name.toLowerCase()] = group;
  file.save();
  return { status: existing ? 200 : 201, body: groupView(state, group) };
}

export function resourceGroupRoutes(file: StateFile, operations: Operations): ArmRoute[] {
  const { state } = file;
  const one = '/subscriptions/{subscription}/resourcegroups/{group}';
  const name = (request: ArmRequest) => request.parameters['group'] ?? '';
  return [
    {
      method: 'GET',
      template: '/subscriptions/{subscription}/resourcegroups',
      handle: (request) => {
        const isWanted = tagFilter(request.query.get('$filter'));
        const value = Object.values(state.groups).filter(isWanted);
        return { status: 200, body: { value: value.map((group) => groupView(state, group)) } };
      },
    },
    { method: 'PUT', template: one, handle: (request) => put(file, request) },
    {
      method: 'GET',
      template: one,
      handle: (request) => ({ status: 200, body: groupView(state, requireGroup(state, name(request))) }),
    },
    {
      method: 'HEAD',
      template: one,
      handle: (request) => ({ status: state.groups[name(request).toLowerCase()] ? 204 : 404 }),
    },
    {
      method: 'PATCH',
      template: one,
      handle: (request) => {
        const group = requireUsableGroup(state, name(request));
        const { tags } = readBody(request.body);
        if (tags) group.tags = tags;
        file.save();
        return { status: 200, body: groupView(state, group) };
      },
    },
    {
      method: 'DELETE',
      template: one,
      handle: (request) => {
        const group = requireUsableGroup(state, name(request));
        group.provisioningState = 'Deleting';
        for (const cluster of Object.values(state.clusters))
          if (cluster.resourceGroup.toLowerCase() === group.name.toLowerCase()) cluster.provisioningState = 'Deleting';
        const operation = operations.begin('delete-group', group.name.toLowerCase(), group.location);
        const location = `${request.origin}/subscriptions/${state.subscription.id}/operationresults/${operation.id}?api-version=${request.query.get('api-version')}`;
        return { status: 202, headers: { location } };
      },
    },
  ];
}
