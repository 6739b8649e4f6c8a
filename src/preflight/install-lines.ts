import type { Setting } from './examination.ts';
import type { Tool } from './ground.ts';

/**
 * How each tool comes to each system, as its own makers document it: learn.microsoft.com/cli/azure/install-azure-cli,
 * kubernetes.io/docs/tasks/tools, and the releases of openservicemesh/osm, whose last is v1.2.4.
 */
export function installLines(
  tool: Tool,
  setting: Pick<Setting, 'os' | 'arch'>,
  /** Of kubectl, where a certain one is wanted and can be had. */
  version?: string,
): readonly string[] {
  switch (tool) {
    case 'az':
      return az[setting.os];
    case 'kubectl':
      return kubectl(setting, version === undefined ? undefined : `v${version}`);
    case 'osm':
      return osm(setting);
  }
}

const az = {
  linux: [
    'curl -sL https://aka.ms/InstallAzureCLIDeb | sudo bash',
    'https://learn.microsoft.com/cli/azure/install-azure-cli-linux',
  ],
  macos: ['brew install azure-cli'],
  windows: ['winget install --exact --id Microsoft.AzureCLI'],
} as const;

/** Go's word for a processor. */
const goArch = (arch: string) => (arch === 'arm64' ? 'arm64' : 'amd64');

function kubectl(
  { os, arch }: Pick<Setting, 'os' | 'arch'>,
  release = '$(curl -Ls https://dl.k8s.io/release/stable.txt)',
): readonly string[] {
  if (os === 'macos') return ['brew install kubectl'];
  if (os === 'windows') return ['winget install --exact --id Kubernetes.kubectl'];
  return [
    `curl -LO "https://dl.k8s.io/release/${release}/bin/linux/${goArch(arch)}/kubectl"`,
    'sudo install -m 0755 kubectl /usr/local/bin/kubectl',
  ];
}

const osmVersion = 'v1.2.4';
const releases = `https://github.com/openservicemesh/osm/releases/download/${osmVersion}`;

function osm({ os, arch }: Pick<Setting, 'os' | 'arch'>): readonly string[] {
  if (os === 'windows') {
    return [
      `Invoke-WebRequest ${releases}/osm-${osmVersion}-windows-amd64.zip -OutFile osm.zip`,
      'Expand-Archive osm.zip -DestinationPath $HOME\\osm',
      '$env:PATH += ";$HOME\\osm\\windows-amd64"',
    ];
  }
  const target = `${os === 'macos' ? 'darwin' : 'linux'}-${goArch(arch)}`;
  return [
    `curl -sL ${releases}/osm-${osmVersion}-${target}.tar.gz | tar -xz`,
    `sudo install -m 0755 ${target}/osm /usr/local/bin/osm`,
  ];
}
