import type { ResourceManagementClient } from '@azure/arm-resources';
import type { AzureAccess } from '../azure-client.ts';

/**
 * Plain reads of Resource Manager, through the pipeline of a client that is here anyway: its login, its retries, its
 * errors. The subscription, machine sizes and usages have SDKs of their own; @azure/arm-compute alone would be 450 KB more
 * in the bundle, 27 MB more in node_modules and 30 ms more to load, for two GETs.
 */
export type ArmReader = (path: string, query: Readonly<Record<string, string>>) => Promise<Json>;

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const publicCloud = 'https://management.azure.com';

/** `path` is below the subscription: `/providers/Microsoft.Compute/skus`. */
export async function armReader(access: AzureAccess, { pipeline }: ResourceManagementClient): Promise<ArmReader> {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } = await import(
    '@azure/core-rest-pipeline'
  );
  const http = createDefaultHttpClient();
  const origin = new URL(access.type === 'token' ? access.endpoint : publicCloud).origin;
  return async (path, query) => {
    const url = new URL(`/subscriptions/${encodeURIComponent(access.subscriptionId)}${path}`, origin);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = createHttpHeaders({ accept: 'application/json' });
    const answer = await pipeline.sendRequest(http, createPipelineRequest({ url: url.href, headers }));
    const body: unknown = JSON.parse(answer.bodyAsText ?? '');
    return isJson(body) ? body : {};
  };
}

/** All pages. One of another origin is not followed: the login's token would go there. */
export async function readAll(read: ArmReader, path: string, query: Readonly<Record<string, string>>): Promise<Json[]> {
  const all: Json[] = [];
  let more: Readonly<Record<string, string>> | undefined = query;
  while (more) {
    const page: Json = await read(path, more);
    if (Array.isArray(page['value'])) all.push(...page['value'].filter(isJson));
    const next: unknown = page['nextLink'];
    const continued: Record<string, string> | undefined =
      typeof next === 'string' ? Object.fromEntries(new URL(next).searchParams) : undefined;
    more = continued;
  }
  return all;
}
