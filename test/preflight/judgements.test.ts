import { describe, expect, it } from 'vitest';
import { installLines } from '../../src/preflight/install-lines.ts';
import { judgeStorage, judgeTerminal } from '../../src/preflight/machine.ts';
import { judgePlace, type NetworkFacts } from '../../src/preflight/network.ts';
import { judgeSandboxKubectl, judgeTool } from '../../src/preflight/tools.ts';
import { compareVersions } from '../../src/preflight/versions.ts';
import { preflight as de } from '../../src/words/de/preflight.ts';
import { preflight as words } from '../../src/words/en/preflight.ts';

const setting = { os: 'linux', arch: 'x64', world: 'aks' } as const;

describe('a tool', () => {
  it('that is missing says what it is for and how it comes to this system', () => {
    expect(judgeTool('az', { type: 'missing' }, words, { ...setting, os: 'macos' })).toEqual([
      {
        id: 'az',
        what: 'az',
        status: 'bad',
        saw: 'not installed',
        why: 'Lesson 1 creates the cluster with it, and your sign-in to Azure is kept by it.',
        next: ['brew install azure-cli'],
      },
    ]);
  });

  it.each([
    ['az', '2.29.9', 'bad'],
    ['az', '2.30.0', 'good'],
    ['kubectl', '1.27.16', 'bad'],
    ['kubectl', '1.28.0', 'good'],
    ['kubectl', '1.36.2', 'good'],
    ['kubectl', '1.37.0', 'note'],
    ['osm', '1.1.3', 'bad'],
    ['osm', '1.2.4', 'good'],
  ] as const)('%s %s is %s', (tool, version, status) => {
    const [finding] = judgeTool(tool, { type: 'found', file: `/bin/${tool}`, version }, words, setting);
    expect(finding).toMatchObject({ status, saw: `${version} at /bin/${tool}` });
  });

  it('that does not tell its version counts for nothing bad', () => {
    expect(judgeTool('osm', { type: 'mute', file: '/bin/osm' }, words, setting)[0]).toMatchObject({
      status: 'unknown',
    });
  });

  it('is no obstacle to the sandbox, which brings its own', () => {
    for (const program of [
      { type: 'missing' },
      { type: 'mute', file: '/bin/kubectl' },
      { type: 'found', file: '/bin/kubectl', version: '1.20.0' },
    ] as const) {
      expect(judgeSandboxKubectl(program, words)[0]).toMatchObject({
        status: 'note',
        why: expect.stringContaining('sandbox brings its own'),
      });
    }
  });

  it.each([
    ['linux', 'x64', 'linux-amd64/osm'],
    ['linux', 'arm64', 'linux-arm64/osm'],
    ['macos', 'arm64', 'darwin-arm64/osm'],
    ['windows', 'x64', 'windows-amd64'],
  ] as const)('osm for %s on %s is the build %s', (os, arch, build) => {
    expect(installLines('osm', { os, arch }).at(-1)).toContain(build);
  });
});

describe('versions', () => {
  it.each([
    ['1.9.0', '1.10.0', -1],
    ['v1.32.4+k3s1', '1.32.4', 0],
    ['2.0.0', '1.99.99', 1],
    ['1.2', '1.2.0', 0],
  ] as const)('%s and %s compare by number', (one, other, sign) => {
    expect(Math.sign(compareVersions(one, other))).toBe(sign);
  });
});

describe('the terminal', () => {
  it.each([
    [39, 24, 'bad'],
    [80, 11, 'bad'],
    [59, 24, 'note'],
    [60, 20, 'good'],
  ])('of %i by %i is %s', (columns, rows, status) => {
    expect(judgeTerminal({ isTerminal: true, kind: 'xterm', columns, rows }, words)[0]).toMatchObject({ status });
  });

  it('that is none is a word about meshwalk run', () => {
    const [finding] = judgeTerminal({ isTerminal: false, kind: undefined, columns: 0, rows: 0 }, words);
    expect(finding).toMatchObject({ status: 'note', next: ['meshwalk run'] });
  });
});

describe('storage', () => {
  const judge = (change: { isWritable?: boolean; freeBytes?: number | undefined }) =>
    judgeStorage({ folder: '/s/d', existing: '/s', isWritable: true, freeBytes: 9e9, ...change }, words).map(
      ({ id, status }) => `${id} ${status}`,
    );

  it('says which folder cannot be written, and how much room there is', () => {
    expect(judge({})).toEqual(['state good', 'disk good']);
    expect(judge({ isWritable: false })).toEqual(['state bad', 'disk good']);
    expect(judge({ freeBytes: 499e6 })).toEqual(['state good', 'disk note']);
    expect(judge({ freeBytes: 99e6 })).toEqual(['state good', 'disk bad']);
    expect(judge({ freeBytes: undefined })).toEqual(['state good']);
  });
});

describe('the network', () => {
  const place: NetworkFacts['place'] = {
    host: 'management.azure.com',
    port: 443,
    purpose: 'management',
    worlds: ['aks'],
  };
  const judge = (reach: NetworkFacts['reach'], change: Partial<NetworkFacts> = {}) =>
    judgePlace({ place, reach, proxy: undefined, ...change }, words, setting);

  it.each([
    [
      { type: 'no-name', errno: 'ENOTFOUND' },
      'its name is not found (DNS, ENOTFOUND)',
      'nslookup management.azure.com',
    ],
    [{ type: 'refused' }, 'the connection is refused', 'curl -sSvo /dev/null https://management.azure.com'],
    [{ type: 'timed-out', during: 'connection', ms: 6000 }, 'no answer in 6 s', 'curl -sSvo'],
    [{ type: 'timed-out', during: 'handshake', ms: 6000 }, 'connected, then no TLS in 6 s', 'curl -sSvo'],
    [{ type: 'cut' }, 'the connection is cut', 'curl -sSvo'],
    [{ type: 'no-route', errno: 'ENETUNREACH' }, 'there is no way to it (ENETUNREACH)', 'curl -sSvo'],
  ] as const)('tells %j from all else', (reach, saw, next) => {
    expect(judge(reach)).toMatchObject({ status: 'bad', saw, next: [expect.stringContaining(next)] });
  });

  it('names the proxy, and says how to trust the CA of one that opens TLS', () => {
    const finding = judge({ type: 'not-trusted', reason: 'SELF_SIGNED_CERT_IN_CHAIN' }, { proxy: 'proxy:3128' });
    expect(finding.saw).toBe(
      'its certificate is not trusted here (SELF_SIGNED_CERT_IN_CHAIN), by the proxy proxy:3128',
    );
    expect(finding.next?.at(-1)).toContain('NODE_EXTRA_CA_CERTS');
    expect(judge({ type: 'no-name', errno: 'ENOTFOUND' }, { proxy: 'proxy:3128' }).next).toEqual(['nslookup proxy']);
  });

  it('of the nodes is not that of this machine, so it is only worth a word', () => {
    const images = { ...place, host: 'mcr.microsoft.com', purpose: 'mesh-images', isForNodes: true } as const;
    expect(judge({ type: 'refused' }, { place: images })).toMatchObject({
      status: 'note',
      why: expect.stringContaining('The nodes of the cluster pull them'),
    });
  });

  it('speaks German too', () => {
    expect(judgePlace({ place, reach: { type: 'refused' }, proxy: undefined }, de, setting).saw).toBe(
      'die Verbindung wird abgelehnt',
    );
  });
});
