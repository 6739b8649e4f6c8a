import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { ResourceManagementClient } from '@azure/arm-resources';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { type ResourceManager, startResourceManager } from '../../../src/sandbox/azure/resource-manager.ts';
import { readScenario, type ScenarioChoice } from '../../../src/sandbox/azure/scenarios.ts';
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

  async start(options: { clock?: Clock; pace?: Pace; scenario?: string } = {}): Promise<ResourceManager> {
    this.manager = await startResourceManager({
      statePath: this.statePath,
      host: this.host,
      clock: options.clock ?? systemClock,
      pace: options.pace ?? 'instant',
      tls: this.authority.issue({ commonName: 'localhost', ipAddresses: ['127.0.0.1'], validityMs: 3_600_000 }),
      token,
      scenario: scenarioOf(options.scenario),
      log: (line) => this.logs.push(line),
      notice: (sentence) => this.logs.push(sentence),
    });
    return this.manager;
  }

  /** Another scenario from the next request on; undefined: all is well. */
  play(scenario: string | undefined): void {
    this.started.play(scenarioOf(scenario));
  }

  /** One plain request, for headers that the SDKs do not show. */
  async ask(path: string): Promise<{ status: number | undefined; headers: IncomingHttpHeaders }> {
    const headers = { authorization: `Bearer ${token}` };
    const [incoming] = await once(
      request(`${this.started.endpoint}${path}`, { ca: this.authority.certPem, headers }).end(),
      'response',
    );
    const { statusCode, headers: answered } = incoming.resume() as IncomingMessage;
    return { status: statusCode, headers: answered };
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

/** `throttled:7`, as it is written on a command line. */
export function scenarioOf(text: string | undefined): ScenarioChoice | undefined {
  const choice = text === undefined ? undefined : readScenario(text);
  if (text !== undefined && !choice) throw new Error(`there is no scenario ${text}`);
  return choice;
}

export const seedCluster = {
  location: 'southeastasia',
  identity: { type: 'SystemAssigned' as const },
  sku: { name: 'Base', tier: 'Free' },
  agentPoolProfiles: [{ name: 'nodepool1', count: 3, mode: 'System', osType: 'Linux' }],
  addonProfiles: { openServiceMesh: { enabled: true } },
};
