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

/** The SDK says of a refused list that its pagination failed, and forgets what Azure said. */
const tellRefusals: Parameters<ResourceManagementClient['pipeline']['addPolicy']>[0] = {
  name: 'tellRefusalsPolicy',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status < 400 || request.method !== 'GET') return response;
    const body = JSON.parse(response.bodyAsText ?? '{}') as RefusalBody;
    const { code, message } = body.error ?? body;
    throw Object.assign(new Error(message), { code, statusCode: response.status });
  },
};

/** With Resource Manager's envelope, or without, as AKS sends it. */
interface RefusalBody {
  error?: { code?: string; message?: string };
  code?: string;
  message?: string;
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
  const ready = <C extends ResourceManagementClient | ContainerServiceClient>(client: C): C => {
    client.pipeline.removePolicy({ name: 'proxyPolicy' });
    client.pipeline.addPolicy(tellRefusals);
    return client;
  };
  const options = { endpoint: config.endpoint, tlsOptions: { ca: config.ca }, retryOptions: { maxRetries: 0 } };
  return {
    config,
    // The SDKs cost a quarter of a second each; most commands need one.
    async resources() {
      const { ResourceManagementClient } = await import('@azure/arm-resources');
      return ready(new ResourceManagementClient(credential, id, options));
    },
    async containers() {
      const { ContainerServiceClient } = await import('@azure/arm-containerservice');
      return ready(new ContainerServiceClient(credential, id, options));
    },
  };
}
