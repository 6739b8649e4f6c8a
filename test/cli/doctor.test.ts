import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { AzureFixture, token } from '../sandbox/azure/azure-fixture.ts';
import { build, entry } from './meshwalk.ts';

const tempFolder = tempFolders();
beforeAll(build);

/** A proxy that lets nobody out, so that no test knocks at Azure's doors. */
async function closedProxy<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

async function doctor(args: readonly string[], environment: Record<string, string>) {
  const home = tempFolder();
  const env = { HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8', ...environment };
  const child = spawn(process.execPath, [entry, 'doctor', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { out, code };
}

/** Programs that say what the real ones say when asked for their version. */
function tools(versions: { az?: string; kubectl?: string; osm?: string }): string {
  const bin = join(tempFolder(), 'bin');
  mkdirSync(bin);
  const says = {
    az: (version: string) => `{\n  "azure-cli": "${version}",\n  "extensions": {}\n}`,
    kubectl: (version: string) => `{\n  "clientVersion": {\n    "gitVersion": "v${version}"\n  }\n}`,
    osm: (version: string) => `CLI Version: version.Info{Version:"v${version}", GitCommit:"8265", BuildDate:"2023"}`,
  };
  for (const tool of ['az', 'kubectl', 'osm'] as const) {
    const version = versions[tool];
    if (version === undefined) continue;
    writeFileSync(join(bin, tool), `#!/bin/sh\ncat <<'E'\n${says[tool](version)}\nE\n`);
    chmodSync(join(bin, tool), 0o755);
  }
  return `${bin}:/usr/sbin:/bin`;
}

const armOf = (azure: AzureFixture) => ({
  MESHWALK_ARM_ENDPOINT: azure.started.endpoint,
  MESHWALK_ARM_CA: azure.authority.certPem,
  MESHWALK_ARM_TOKEN: token,
  MESHWALK_ARM_SUBSCRIPTION: azure.started.file.state.subscription.id,
});

interface Told {
  ready: boolean;
  findings: { group: string; id: string; status: string; saw: string; next?: string[] }[];
}

describe('meshwalk doctor', () => {
  it('examines the machine for the sandbox, which needs nothing but a shell', async () => {
    const { out, code } = await doctor(['--json'], { PATH: '/usr/bin:/bin' });
    const { ready, findings } = JSON.parse(out) as Told;
    expect({ ready, code }).toEqual({ ready: true, code: 0 });
    expect(findings.map(({ id }) => id)).toEqual([
      'node',
      'terminal',
      'shell',
      'state',
      'disk',
      'port',
      'kubectl',
      'sandbox',
    ]);
  });

  it('on a machine with nothing installed says what is missing, why it matters, and what to type', async () => {
    const { out, code } = await closedProxy((HTTPS_PROXY) => doctor(['--world', 'aks'], { PATH: '', HTTPS_PROXY }));
    expect(code).toBe(1);
    for (const [tool, line] of [
      ['az', /^ {6}→ .*(InstallAzureCLIDeb|brew install azure-cli)/m],
      ['kubectl', /^ {6}→ .*kubectl/m],
      ['osm', /^ {6}→ .*osm-v1\.2\.4-/m],
    ] as const) {
      expect(out).toContain(`✗ ${tool}: not installed\n`);
      expect(out).toMatch(line);
    }
    expect(out).toContain('✗ Shell: neither bash nor sh\n');
    expect(out).toMatch(/✗ management\.azure\.com: refused with HTTP 403, by the proxy 127\.0\.0\.1:\d+\n/);
    expect(out).toMatch(/\n\d+ things stand in the way \(✗\)\.\n$/);
  });

  it.each([
    [
      undefined,
      { 'sign-in': 'good', subscription: 'good', provider: 'good', versions: 'good', size: 'good', quota: 'good' },
    ],
    ['quota', { 'sign-in': 'good', quota: 'bad' }],
    ['login-expired', { 'sign-in': 'bad' }],
  ])('asks the subscription by the real SDKs; in the scenario %s', async (scenario, wanted) => {
    const azure = new AzureFixture();
    try {
      await azure.start(scenario === undefined ? {} : { scenario });
      const { out } = await closedProxy((HTTPS_PROXY) =>
        doctor(['--world', 'aks', '--json'], { PATH: '/bin', HTTPS_PROXY, ...armOf(azure) }),
      );
      const { findings } = JSON.parse(out) as Told;
      const seen = Object.fromEntries(
        findings.filter(({ group }) => group === 'azure').map(({ id, status }) => [id, status]),
      );
      expect(seen).toMatchObject(wanted);
    } finally {
      await azure.close();
    }
  });

  it('tells versions that work from those that do not', async () => {
    const { out } = await closedProxy((HTTPS_PROXY) =>
      doctor(['--world', 'aks', '--json'], {
        PATH: tools({ az: '2.29.0', kubectl: '1.34.1', osm: '1.2.4' }),
        HTTPS_PROXY,
      }),
    );
    const { findings } = JSON.parse(out) as Told;
    const statusOf = (id: string) => findings.find((finding) => finding.id === id)?.status;
    expect(['az', 'kubectl', 'osm'].map(statusOf)).toEqual(['bad', 'good', 'good']);
  });
});
