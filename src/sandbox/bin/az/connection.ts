import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerServiceClient } from '@azure/arm-containerservice';
import type { ResourceManagementClient } from '@azure/arm-resources';
import { AzError } from './errors.ts';

/**
 * The way to the sandbox's Resource Manager, found through AZURE_CONFIG_DIR and nothing else. Real Azure cannot be
 * reached from here: only loopback addresses are accepted, and proxies are not used.
 */
export interface SandboxConfig {
  endpoint: string;
  ca: string;
  token: string;
  subscription: { id: string; name: string; tenantId: string; user: string };
}

export interface AzureConnection {
  readonly config: SandboxConfig;
  resources(): Promise<ResourceManagementClient>;
  containers(): Promise<ContainerServiceClient>;
}

const loopback = /^https:\/\/127\.0\.0\.1:\d+$/;
/** Nothing here takes minutes; a quick poll keeps the learner from waiting for us. */
export const pollEveryMs = 100;

const outside = () =>
  new AzError(
    "This az works inside meshwalk's sandbox only, and no sandbox is in sight: AZURE_CONFIG_DIR does not hold one. Start it with 'meshwalk sandbox start' and take its environment from 'meshwalk sandbox env'.",
  );

function readConfig(env: Readonly<Record<string, string | undefined>>): SandboxConfig {
  const folder = env['AZURE_CONFIG_DIR'];
  if (!folder) throw outside();
  let config: SandboxConfig;
  try {
    config = JSON.parse(readFileSync(join(folder, 'meshwalk.json'), 'utf8')) as SandboxConfig;
  } catch {
    throw outside();
  }
  if (!loopback.test(config.endpoint ?? '') || !config.ca || !config.token || !config.subscription?.id) throw outside();
  return config;
}

export function openConnection(
  env: Readonly<Record<string, string | undefined>>,
  wantedSubscription: string | undefined,
): AzureConnection {
  const config = readConfig(env);
  const { id, name } = config.subscription;
  if (wantedSubscription !== undefined && ![id, name].includes(wantedSubscription))
    throw new AzError(`The subscription of '${wantedSubscription}' doesn't exist in cloud 'AzureCloud'.`);
  const credential = {
    getToken: async () => ({ token: config.token, expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  const options = { endpoint: config.endpoint, tlsOptions: { ca: config.ca }, retryOptions: { maxRetries: 0 } };
  return {
    config,
    // The SDKs cost a quarter of a second each; most commands need one.
    async resources() {
      const { ResourceManagementClient } = await import('@azure/arm-resources');
      const client = new ResourceManagementClient(credential, id, options);
      client.pipeline.removePolicy({ name: 'proxyPolicy' });
      return client;
    },
    async containers() {
      const { ContainerServiceClient } = await import('@azure/arm-containerservice');
      const client = new ContainerServiceClient(credential, id, options);
      client.pipeline.removePolicy({ name: 'proxyPolicy' });
      return client;
    },
  };
}
