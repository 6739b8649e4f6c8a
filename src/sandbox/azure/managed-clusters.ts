import { ArmError, operationPending, providerNotRegistered, resourceNotFound } from './arm-error.ts';
import type { ArmRequest, ArmResponse, ArmRoute } from './arm-request.ts';
import { type AzureState, type ClusterRecord, clusterKey, type OperationRecord } from './azure-state.ts';
import { clusterType, kubernetesVersions } from './catalog.ts';
import type { ClusterHost } from './cluster-host.ts';
import { readClusterUpdate, readNewCluster } from './cluster-request.ts';
import { agentPoolView, clusterId, clusterView, kubeconfigYaml } from './cluster-view.ts';
import type { AzureConditions } from './conditions.ts';
import type { Operations } from './operations.ts';
import { requireGroup, requireUsableGroup } from './resource-groups.ts';
import type { StateFile } from './state-file.ts';

/** Managed clusters: create or update, show, list, credentials, delete. What a cluster is made of is the host's affair. */
export interface ManagedClusterParts {
  file: StateFile;
  operations: Operations;
  host: ClusterHost;
  now: () => number;
  conditions: () => AzureConditions;
}

const provider = 'Microsoft.ContainerService';

function requireCluster(state: AzureState, request: ArmRequest): ClusterRecord {
  const group = requireGroup(state, request.parameters['group'] ?? '');
  const name = request.parameters['cluster'] ?? '';
  const cluster = state.clusters[clusterKey(group.name, name)];
  if (!cluster) throw resourceNotFound(clusterType, name, group.name);
  return cluster;
}

function requireIdle(cluster: ClusterRecord): void {
  const busy = ['Creating', 'Updating', 'Deleting'].includes(cluster.provisioningState);
  if (busy) throw operationPending(cluster.provisioningState);
}

/** Where a client asks how far an operation is. */
function pollHeaders(state: AzureState, request: ArmRequest, operation: OperationRecord): Record<string, string> {
  const at = `${request.origin}/subscriptions/${state.subscription.id}/providers/${provider}/locations/${operation.location}`;
  const version = `?api-version=${request.query.get('api-version')}`;
  return {
    'azure-asyncoperation': `${at}/operations/${operation.id}${version}`,
    location: `${at}/operationresults/${operation.id}${version}`,
  };
}

function put({ file, operations, now, conditions }: ManagedClusterParts, request: ArmRequest): ArmResponse {
  const { state } = file;
  if (state.unregisteredProviders.includes(provider)) throw providerNotRegistered(provider);
  const group = requireUsableGroup(state, request.parameters['group'] ?? '');
  const name = request.parameters['cluster'] ?? '';
  const key = clusterKey(group.name, name);
  const existing = state.clusters[key];
  if (existing) requireIdle(existing);
  // A cluster whose creation failed is created again by the same request.
  const isNew = !existing || existing.provisioningState === 'Failed';
  const cluster =
    existing && !isNew
      ? readClusterUpdate(state, existing, request.body, conditions())
      : readNewCluster(state, { group: group.name, name, now: now(), conditions: conditions() }, request.body);
  state.clusters[key] = cluster;
  if (isNew)
    state.groups[cluster.nodeResourceGroup.toLowerCase()] = {
      name: cluster.nodeResourceGroup,
      location: cluster.location,
      tags: {
        'aks-managed-cluster-name': cluster.name,
        'aks-managed-cluster-rg': cluster.resourceGroup,
      },
      provisioningState: 'Succeeded',
      managedBy: clusterId(state, cluster),
    };
  const operation = operations.begin(isNew ? 'create-cluster' : 'update-cluster', key, cluster.location);
  return {
    status: existing ? 200 : 201,
    body: clusterView(state, cluster),
    headers: pollHeaders(state, request, operation),
  };
}

function patchTags({ file }: ManagedClusterParts, request: ArmRequest): ArmResponse {
  const cluster = requireCluster(file.state, request);
  requireIdle(cluster);
  const tags = (request.body as { tags?: Record<string, string> } | undefined)?.tags;
  if (!tags) throw new ArmError(400, 'InvalidRequestContent', 'The request content must have tags.');
  cluster.tags = tags;
  file.save();
  return { status: 200, body: clusterView(file.state, cluster) };
}

function remove({ file, operations }: ManagedClusterParts, request: ArmRequest): ArmResponse {
  const { state } = file;
  requireGroup(state, request.parameters['group'] ?? '');
  const key = clusterKey(request.parameters['group'] ?? '', request.parameters['cluster'] ?? '');
  const cluster = state.clusters[key];
  // Azure: deleting what does not exist is no error.
  if (!cluster) return { status: 204 };
  requireIdle(cluster);
  cluster.provisioningState = 'Deleting';
  const operation = operations.begin('delete-cluster', key, cluster.location);
  return { status: 202, headers: pollHeaders(state, request, operation) };
}

function credentials(
  { file, host }: ManagedClusterParts,
  request: ArmRequest,
  role: 'clusterUser' | 'clusterAdmin',
): ArmResponse {
  const cluster = requireCluster(file.state, request);
  const access = host.access(clusterKey(cluster.resourceGroup, cluster.name));
  if (!access) throw operationPending(cluster.provisioningState);
  const value = Buffer.from(kubeconfigYaml(cluster, access, role)).toString('base64');
  return { status: 200, body: { kubeconfigs: [{ name: role, value }] } };
}

function agentPools(state: AzureState, cluster: ClusterRecord): object {
  return {
    value: [
      {
        id: `${clusterId(state, cluster)}/agentPools/${cluster.nodePoolName}`,
        name: cluster.nodePoolName,
        type: 'Microsoft.ContainerService/managedClusters/agentPools',
        properties: agentPoolView(cluster),
      },
    ],
  };
}

/** As `az aks get-versions` reads it. */
function versionsView(): object {
  return {
    values: kubernetesVersions.map((version, at) => ({
      version: version.minor,
      ...(version.isDefault ? { isDefault: true } : {}),
      capabilities: {
        supportPlan: version.longTermSupportOnly
          ? ['AKSLongTermSupport']
          : ['KubernetesOfficial', 'AKSLongTermSupport'],
      },
      patchVersions: Object.fromEntries(
        version.patches.map((patch, index) => [
          patch,
          // AKS: to a newer patch of the same minor version, or to any of the next one.
          { upgrades: [...version.patches.slice(index + 1), ...(kubernetesVersions[at + 1]?.patches ?? [])] },
        ]),
      ),
    })),
  };
}

function operationView(parts: ManagedClusterParts, request: ArmRequest): ArmResponse {
  const operation = parts.operations.find(request.parameters['operation'] ?? '');
  if (!operation)
    throw new ArmError(404, 'NotFound', `The operation '${request.parameters['operation']}' was not found.`);
  return {
    status: 200,
    body: {
      name: operation.id,
      status: operation.status,
      startTime: new Date(operation.startedAt).toISOString(),
      ...(operation.endedAt === null ? {} : { endTime: new Date(operation.endedAt).toISOString() }),
      percentComplete: operation.percentComplete,
      ...(operation.error ? { error: operation.error } : {}),
    },
  };
}

function operationResult(parts: ManagedClusterParts, request: ArmRequest): ArmResponse {
  const operation = parts.operations.find(request.parameters['operation'] ?? '');
  if (!operation) throw new ArmError(404, 'NotFound', 'The operation result was not found.');
  if (operation.status === 'InProgress')
    return { status: 202, headers: { location: `${request.origin}${request.path}?${request.query}` } };
  if (operation.error) throw new ArmError(409, operation.error.code, operation.error.message);
  return { status: 200 };
}

export function managedClusterRoutes(parts: ManagedClusterParts): ArmRoute[] {
  const { state } = parts.file;
  const subscription = '/subscriptions/{subscription}';
  const inGroup = `${subscription}/resourcegroups/{group}/providers/microsoft.containerservice/managedclusters`;
  const one = `${inGroup}/{cluster}`;
  const locationPath = `${subscription}/providers/microsoft.containerservice/locations/{location}`;
  const listed = (clusters: ClusterRecord[]) => ({
    status: 200,
    body: { value: clusters.map((cluster) => clusterView(state, cluster)) },
  });
  const show = (request: ArmRequest) => ({ status: 200, body: clusterView(state, requireCluster(state, request)) });
  return [
    {
      method: 'GET',
      template: `${subscription}/providers/microsoft.containerservice/managedclusters`,
      handle: () => listed(Object.values(state.clusters)),
    },
    {
      method: 'GET',
      template: inGroup,
      handle: (request) => {
        const group = requireGroup(state, request.parameters['group'] ?? '');
        const inside = Object.values(state.clusters).filter(
          (cluster) => cluster.resourceGroup.toLowerCase() === group.name.toLowerCase(),
        );
        return listed(inside);
      },
    },
    { method: 'GET', template: one, handle: show },
    { method: 'PUT', template: one, handle: (request) => put(parts, request) },
    { method: 'PATCH', template: one, handle: (request) => patchTags(parts, request) },
    { method: 'DELETE', template: one, handle: (request) => remove(parts, request) },
    {
      method: 'POST',
      template: `${one}/listclusterusercredential`,
      handle: (request) => credentials(parts, request, 'clusterUser'),
    },
    {
      method: 'POST',
      template: `${one}/listclusteradmincredential`,
      handle: (request) => credentials(parts, request, 'clusterAdmin'),
    },
    {
      method: 'GET',
      template: `${one}/agentpools`,
      handle: (request) => ({ status: 200, body: agentPools(state, requireCluster(state, request)) }),
    },
    {
      method: 'GET',
      template: `${locationPath}/kubernetesversions`,
      handle: () => ({ status: 200, body: versionsView() }),
    },
    {
      method: 'GET',
      template: `${locationPath}/operations/{operation}`,
      handle: (request) => operationView(parts, request),
    },
    {
      method: 'GET',
      template: `${locationPath}/operationresults/{operation}`,
      handle: (request) => operationResult(parts, request),
    },
    {
      method: 'GET',
      template: `${subscription}/operationresults/{operation}`,
      handle: (request) => operationResult(parts, request),
    },
  ];
}
