import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { ResourceManagementClient } from '@azure/arm-resources';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { type ResourceManager, startResourceManager } from '../../../src/sandbox/azure/resource-manager.ts';
import type { Pace } from '../../../src/sandbox/pace.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { RecordingHost } from './recording-host.ts';

export const token = 'secret-token';

/** A Resource Manager over a temp folder, with the real SDK clients pointed at it. */
export class AzureFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'meshwalk-azure-'));
  readonly authority = CertificateAuthority.create(systemClock, { commonName: 'test' });
  readonly logs: string[] = [];
  host = new RecordingHost();
  manager: ResourceManager | undefined;

  get statePath(): string {
    return join(this.folder, 'azure.json');
  }

  async start(options: { clock?: Clock; pace?: Pace } = {}): Promise<ResourceManager> {
    this.manager = await startResourceManager({
      statePath: this.statePath,
      host: this.host,
      clock: options.clock ?? systemClock,
      pace: options.pace ?? 'instant',
      tls: this.authority.issue({ commonName: 'localhost', ipAddresses: ['127.0.0.1'], validityMs: 3_600_000 }),
      token,
      log: (line) => this.logs.push(line),
      notice: (sentence) => this.logs.push(sentence),
    });
    return this.manager;
  }

  get started(): ResourceManager {
    if (!this.manager) throw new Error('not started');
    return this.manager;
  }

  clients(bearer = token) {
    const credential = { getToken: async () => ({ token: bearer, expiresOnTimestamp: Date.now() + 3_600_000 }) };
    const options = {
      endpoint: this.started.endpoint,
      tlsOptions: { ca: this.authority.certPem },
      retryOptions: { maxRetries: 0 },
    };
    const { id } = this.started.file.state.subscription;
    return {
      resources: new ResourceManagementClient(credential, id, options),
      containers: new ContainerServiceClient(credential, id, options),
    };
  }

  async close(): Promise<void> {
    await this.manager?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const seedCluster = {
  location: 'southeastasia',
  identity: { type: 'SystemAssigned' as const },
  sku: { name: 'Base', tier: 'Free' },
  agentPoolProfiles: [{ name: 'nodepool1', count: 3, mode: 'System', osType: 'Linux' }],
  addonProfiles: { openServiceMesh: { enabled: true } },
};
