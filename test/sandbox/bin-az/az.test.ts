import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SandboxProcess } from '../sandbox-process.ts';

/** Groups and clusters of one sandbox, in the order a learner would meet them; each test keeps to its own names. */
const sandbox = new SandboxProcess();
const group = 'kodekloud-osmdemo-rg';
const name = 'kk-aks-osmdemo';
const az = (line: string, more: Record<string, string> = {}) => sandbox.az(line, more);
const kubeconfig = () => join(sandbox.folder, 'kubeconfig');

beforeAll(() => sandbox.start());
afterAll(() => sandbox.close());

/** A command on a terminal of its own, with a typed answer to each question. */
function azOnTerminal(args: string[], answers: readonly [question: string, answer: string][]) {
  return new Promise<{ code: number; screen: string }>((resolve) => {
    const terminal = spawn(join(sandbox.folder, 'bin', 'az'), args, {
      cols: 200,
      rows: 50,
      env: sandbox.environment({ TERM: 'xterm-256color' }),
    });
    let screen = '';
    const left = [...answers];
    terminal.onData((text) => {
      screen += text;
      const [next] = left;
      if (next && screen.includes(next[0])) {
        left.shift();
        terminal.write(`${next[1]}\r`);
      }
    });
    terminal.onExit(({ exitCode }) => resolve({ code: exitCode, screen }));
  });
}

describe('az outside a sandbox', () => {
  it('refuses every command that needs Azure, and says where it works', async () => {
    const result = await az('group list', { AZURE_CONFIG_DIR: join(sandbox.folder, 'nothing') });
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^ERROR: This az works inside meshwalk's sandbox only/);
    expect((await az('version')).code).toBe(0);
  });

  it('does not follow a config that points anywhere but loopback', async () => {
    const folder = join(sandbox.folder, 'elsewhere');
    mkdirSync(folder);
    const config = JSON.parse(readFileSync(join(sandbox.folder, 'azure', 'meshwalk.json'), 'utf8'));
    writeFileSync(
      join(folder, 'meshwalk.json'),
      JSON.stringify({ ...config, endpoint: 'https://management.azure.com' }),
    );
    const result = await az('group list', { AZURE_CONFIG_DIR: folder });
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('no sandbox is in sight') });
  });

  it('ignores the proxy of its environment', async () => {
    const result = await az('group list', { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' });
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('az group', () => {
  it('creates, shows, finds and lists as az prints', async () => {
    const { subscription } = JSON.parse(readFileSync(join(sandbox.folder, 'azure', 'meshwalk.json'), 'utf8'));
    const printed = `{
  "id": "/subscriptions/${subscription.id}/resourceGroups/${group}",
  "location": "southeastasia",
  "managedBy": null,
  "name": "${group}",
  "properties": {
    "provisioningState": "Succeeded"
  },
  "tags": null,
  "type": "Microsoft.Resources/resourceGroups"
}
`;
    expect(await az(`group create -l southeastasia -n ${group}`)).toEqual({ code: 0, stdout: printed, stderr: '' });
    expect((await az(`group show -n ${group}`)).stdout).toBe(printed);
    expect((await az(`group exists -n ${group}`)).stdout).toBe('true\n');
    expect((await az('group exists -n other')).stdout).toBe('false\n');
    expect((await az(`group list -o table`)).stdout).toBe(
      `Name                  Location       Status\n--------------------  -------------  ---------\n${group}  southeastasia  Succeeded\n`,
    );
    expect(await az('group show -n other')).toEqual({
      code: 3,
      stdout: '',
      stderr:
        "ERROR: (ResourceGroupNotFound) Resource group 'other' could not be found.\nCode: ResourceGroupNotFound\nMessage: Resource group 'other' could not be found.\n",
    });
  });

  it('asks before it deletes, on a terminal only', async () => {
    await az('group create -l eastus -n doomed -o none');
    expect(await az('group delete -n doomed')).toMatchObject({
      code: 1,
      stderr: 'ERROR: Unable to prompt for confirmation as no tty available. Use --yes.\n',
    });
    const question = 'Are you sure you want to perform this operation? (y/n): ';
    const kept = await azOnTerminal(['group', 'delete', '-n', 'doomed'], [[question, 'n']]);
    expect(kept).toMatchObject({ code: 1, screen: expect.stringContaining('Operation cancelled.') });
    expect((await az('group exists -n doomed')).stdout).toBe('true\n');
    const gone = await azOnTerminal(['group', 'delete', '-n', 'doomed'], [[question, 'y']]);
    expect(gone.code).toBe(0);
    expect((await az('group exists -n doomed')).stdout).toBe('false\n');
  });
});

describe('az aks', () => {
  it('wants an SSH key before it sends anything', async () => {
    expect(await az(`aks create -g ${group} -n ${name} --enable-addons open-service-mesh`)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'ERROR: An RSA key file or key value must be supplied to SSH Key Value. You can use --generate-ssh-keys to let CLI generate one for you\n',
    });
    expect((await az('aks list')).stdout).toBe('[]\n');
  });

  it('creates a cluster with the mesh, and shows it flat, in order, with its nulls', async () => {
    const created = await az(`aks create -g ${group} -n ${name} --enable-addons open-service-mesh --generate-ssh-keys`);
    expect(created.code).toBe(0);
    expect(created.stderr).toContain('have been generated under');
    expect(existsSync(join(sandbox.folder, '.ssh'))).toBe(false);
    const cluster = JSON.parse(created.stdout);
    expect(Object.keys(cluster)).toEqual(Object.keys(cluster).toSorted());
    expect(cluster).toMatchObject({
      addonProfiles: { openServiceMesh: { config: null, enabled: true } },
      agentPoolProfiles: [{ name: 'nodepool1', count: 3, mode: 'System', osType: 'Linux', osDiskSizeGb: 128 }],
      enableRbac: true,
      networkProfile: { serviceCidr: '10.0.0.0/16', dnsServiceIp: '10.0.0.10' },
      nodeResourceGroup: `MC_${group}_${name}_southeastasia`,
      powerState: { code: 'Running' },
      provisioningState: 'Succeeded',
      resourceGroup: group,
      serviceMeshProfile: null,
      sku: { name: 'Base', tier: 'Free' },
    });
    expect(cluster.linuxProfile.ssh.publicKeys[0].keyData).toMatch(/^ssh-rsa AAAAB3NzaC1yc2E/);
    const show = `aks show -g ${group} -n ${name}`;
    expect((await az(show)).stdout).toBe(created.stdout);
    expect((await az(`${show} --query addonProfiles.openServiceMesh.enabled`)).stdout).toBe('true\n');
    expect((await az(`${show} --query '[name, serviceMeshProfile, enableRbac]' -o tsv`)).stdout).toBe(
      `${name}\nNone\ntrue\n`,
    );
    expect((await az(`${show} --query nothing`)).stdout).toBe('');
    expect((await az(`${show} --query sku -o yaml`)).stdout).toBe('name: Base\ntier: Free\n');
    const [heads, rule] = (await az(`${show} -o table`)).stdout.split('\n');
    expect(heads).toMatch(
      /^Name +Location +ResourceGroup +KubernetesVersion +CurrentKubernetesVersion +ProvisioningState +Fqdn$/,
    );
    expect(rule).toMatch(/^-+( {2}-+){6}$/);
    expect((await az(`aks nodepool list -g ${group} --cluster-name ${name} -o table`)).stdout).toMatch(
      /^Name {7}OsType {4}KubernetesVersion {4}VmSize .*\n[- ]+\nnodepool1 {2}Linux /,
    );
  });

  it('merges credentials into KUBECONFIG and minds objects of the same name', async () => {
    const get = `aks get-credentials -g ${group} -n ${name}`;
    const merged = `WARNING: Merged "${name}" as current context in ${kubeconfig()}\n`;
    writeFileSync(
      kubeconfig(),
      'apiVersion: v1\nkind: Config\nclusters:\n- name: mine\n  cluster: {server: "https://mine"}\n',
      { mode: 0o644 },
    );
    expect(await az(get)).toEqual({
      code: 0,
      stdout: '',
      stderr: `WARNING: ${kubeconfig()} has permissions "644".\nIt should be readable and writable only by its owner.\n${merged}`,
    });
    expect(statSync(kubeconfig()).mode & 0o777).toBe(0o644);
    rmSync(kubeconfig());
    expect((await az(get)).stderr).toBe(merged);
    expect(statSync(kubeconfig()).mode & 0o777).toBe(0o600);
    const config = parse(readFileSync(kubeconfig(), 'utf8'));
    expect(config).toMatchObject({
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: `clusterUser_${group}_${name}` } }],
    });
    expect((await az(get)).code).toBe(0);

    config.clusters[0].cluster.server = 'https://127.0.0.1:1';
    const other = JSON.stringify(config);
    writeFileSync(kubeconfig(), other);
    expect(await az(get)).toMatchObject({
      code: 1,
      stderr: `ERROR: A different object named ${name} already exists in clusters in your kubeconfig file.\n`,
    });
    const asked = await azOnTerminal(
      ['aks', 'get-credentials', '-g', group, '-n', name],
      [['Overwrite? (y/n): ', 'n']],
    );
    expect(asked.screen).toContain(`A different object named ${name} already exists in your kubeconfig file.`);
    expect(asked.code).toBe(1);
    expect(readFileSync(kubeconfig(), 'utf8')).toBe(other);
    expect((await az(`${get} --overwrite-existing --only-show-errors`)).stderr).toBe('');
    expect(readFileSync(kubeconfig(), 'utf8')).not.toContain('127.0.0.1:1\n');
    expect(parse((await az(`${get} --admin --file -`)).stdout)['current-context']).toBe(`${name}-admin`);
    const untold = await az(get, { KUBECONFIG: '' });
    expect(untold).toMatchObject({ code: 1, stderr: expect.stringContaining('does not touch ~/.kube/config') });
  });

  it('switches the add-on off and on, and says when there is nothing to switch', async () => {
    const target = `-g ${group} -n ${name}`;
    const query = '--query addonProfiles.openServiceMesh.enabled';
    expect((await az(`aks disable-addons ${target} --addons open-service-mesh ${query}`)).stdout).toBe('false\n');
    expect((await az(`aks enable-addons ${target} -a open-service-mesh ${query}`)).stdout).toBe('true\n');
    expect((await az(`aks enable-addons ${target} -a open-service-mesh`)).stderr).toContain('already enabled');
    expect((await az(`aks enable-addons ${target} -a mesh`)).stderr).toBe('ERROR: Invalid addon name: mesh.\n');
    expect((await az(`aks create ${target} -a mesh --no-ssh-key`)).stderr).toBe(
      'ERROR: "mesh" is not recognized by the --enable-addons argument.\n',
    );
  });

  it('passes on what Azure refuses', async () => {
    const create = `aks create -g ${group} -n second --no-ssh-key`;
    expect((await az(`${create} --node-count 40`)).stderr).toMatch(
      /^ERROR: \(ErrCode_InsufficientVCPUQuota\) Insufficient vcpu quota requested 80, remaining 14 for family /,
    );
    expect((await az(`${create} -k 1.20`)).stderr).toContain(
      '(K8sVersionNotSupported) Managed cluster second is on version 1.20,',
    );
    expect((await az('aks show -g nowhere -n x')).code).toBe(3);
    expect((await az(`aks delete -g nowhere -n x --yes`)).stderr).toMatch(/^ERROR: \(ResourceGroupNotFound\)/);
  });

  it('refuses a wrong name before it sends anything', async () => {
    expect((await az('aks create -g nowhere -n bad.name --no-ssh-key')).stderr).toBe(
      'ERROR: --name cannot exceed 63 characters and can only contain letters, numbers, underscores (_) or dashes (-).\n',
    );
  });

  it('lists the versions with what each can be upgraded to', async () => {
    const { stdout } = await az('aks get-versions -l southeastasia -o table');
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2));
    expect(rows.slice(0, 5)).toEqual([
      ['KubernetesVersion', 'Upgrades'],
      ['-------------------', '----------------------'],
      ['1.36.1', 'None available'],
      ['1.36.0', '1.36.1'],
      ['1.35.2', '1.36.0, 1.36.1'],
    ]);
  });

  it('creates without waiting, waits, and deletes', async () => {
    expect(await az(`aks create -g ${group} -n second --no-ssh-key --node-count 1 --no-wait`)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect((await az(`aks wait -g ${group} -n second --created --timeout 20`)).code).toBe(0);
    expect((await az(`aks delete -g ${group} -n second --yes`)).stdout).toBe('');
    expect((await az(`aks list --query '[].name' -o tsv`)).stdout).toBe(`${name}\n`);
  });

  it('draws a spinner on a terminal and takes it away', async () => {
    const { screen } = await azOnTerminal(['aks', 'delete', '-g', group, '-n', name, '--yes'], []);
    expect(screen).toMatch(/^(\r [-\\|/] Running \.\.)*\r\x1b\[K$/);
    expect((await az(`aks show -g ${group} -n ${name}`)).stderr).toContain(
      `(ResourceNotFound) The Resource 'Microsoft.ContainerService/managedClusters/${name}' under resource group '${group}' was not found.`,
    );
  });
});

describe('az provider', () => {
  const provider = 'Microsoft.ContainerService';
  const state = async () => (await az(`provider show -n ${provider} --query registrationState -o tsv`)).stdout.trim();

  it('registers what is not, and says that it takes a while', async () => {
    expect(await az(`provider register -n ${provider}`)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await az(`provider unregister -n ${provider}`)).stderr).toContain('Unregistering is still on-going.');
    expect(await state()).toBe('NotRegistered');
    expect((await az(`provider register -n ${provider}`)).stderr).toBe(
      `WARNING: Registering is still on-going. You can monitor using 'az provider show -n ${provider}'\n`,
    );
    expect((await az(`provider show -n ${provider} -o table`)).stdout).toBe(
      [
        'Namespace                   RegistrationPolicy    RegistrationState',
        '--------------------------  --------------------  -------------------',
        'Microsoft.ContainerService  RegistrationRequired  Registered',
        '',
      ].join('\n'),
    );
  });

  it('is registered by the command that needs it', async () => {
    await az('group create -l southeastasia -n providers -o none');
    await az(`provider unregister -n ${provider}`);
    const created = await az('aks create -g providers -n first --no-ssh-key --no-wait');
    expect(created).toEqual({
      code: 0,
      stdout: '',
      stderr: `WARNING: Resource provider '${provider}' used by this operation is not registered. We are registering for you.\nWARNING: Registration succeeded.\n`,
    });
    expect(await state()).toBe('Registered');
  });

  it('refuses a namespace that there is not', async () => {
    const { code, stderr } = await az('provider show -n Microsoft.Nothing');
    expect(code).toBe(3);
    expect(stderr).toContain('(InvalidResourceNamespace)');
  });
});

describe('az and its arguments', () => {
  it.each([
    ['foo', "ERROR: az: 'foo' is not in the 'az' command group. See 'az --help'.\n"],
    [
      'aks shwo',
      "ERROR: az aks: 'shwo' is not in the 'az aks' command group. See 'az aks --help'.\n\nThe most similar choice to that is:\n\tshow\n",
    ],
    ['group create -n x', 'ERROR: the following arguments are required: --location/-l\n'],
    ['aks show -n x -g y --colour', 'ERROR: unrecognized arguments: --colour\n'],
    ['aks show -n x -g', 'ERROR: argument --resource-group/-g: expected one argument\n'],
    [
      'group list -o xml',
      "ERROR: argument --output/-o: invalid choice: 'xml' (choose from 'json', 'jsonc', 'none', 'table', 'tsv', 'yaml', 'yamlc')\n",
    ],
    ["group list --query '[?'", "ERROR: argument --query: invalid jmespath_type value: '[?'\n"],
    ['aks create -g x -n y --node-count many', "ERROR: argument --node-count/-c: invalid int value: 'many'\n"],
  ])("az %s ends with 2 and az's words", async (line, words) => {
    const result = await az(line);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr.startsWith(words)).toBe(true);
  });

  it('takes --name=value, unique prefixes and global arguments anywhere', async () => {
    expect((await az('group exists --name=other --only-show')).stdout).toBe('false\n');
  });

  it('knows its one subscription', async () => {
    expect((await az("account set --subscription 'meshwalk sandbox'")).code).toBe(0);
    expect((await az('account set -n x')).stderr).toBe(
      "ERROR: The subscription of 'x' doesn't exist in cloud 'AzureCloud'.\n",
    );
    expect(JSON.parse((await az('login')).stdout)).toMatchObject([{ isDefault: true, state: 'Enabled' }]);
    expect((await az('account list -o table')).stdout).toMatch(
      /^Name +CloudName +SubscriptionId +TenantId +State +IsDefault\n/,
    );
  });

  it.each([['--help'], ['aks --help'], ['aks nodepool -h'], ['aks create --help'], ['group delete -h']])(
    'explains itself: az %s',
    async (line) => {
      const { code, stdout, stderr } = await az(line);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^\n(Group|Command)\n {4}az/);
      if (stdout.startsWith('\nCommand')) expect(stdout).toMatch(/\nExamples\n {4}.+\n {8}az /);
    },
  );
});

describe('az in a scenario', () => {
  it.each([
    [
      'login-expired',
      'group list',
      'ExpiredAuthenticationToken',
      /^The access token expiry UTC time '\S+' is earlier than/,
    ],
    ['subscription-missing', 'aks list', 'SubscriptionNotFound', /^The subscription '\S+' could not be found\.$/],
    [
      'throttled',
      'aks list',
      'SubscriptionRequestsThrottled',
      /^Number of requests for this subscription has exceeded/,
    ],
    [
      'forbidden',
      'group create -l eastus -n mine',
      'AuthorizationFailed',
      /^The client '\S+' with object id '\S+' does not have/,
    ],
    [
      'policy',
      'group create -l eastus -n mine',
      'RequestDisallowedByPolicy',
      /^Resource 'mine' was disallowed by policy\./,
    ],
    [
      'quota',
      `aks create -g ${group} -n late --no-ssh-key`,
      'ErrCode_InsufficientVCPUQuota',
      /^Insufficient vcpu quota/,
    ],
    [
      'quota-late',
      `aks create -g ${group} -n late --no-ssh-key`,
      'QuotaExceeded',
      /approved Total Regional Cores quota/,
    ],
    [
      'add-on-retired',
      `aks create -g ${group} -n late --no-ssh-key -a open-service-mesh`,
      'AddonNotSupported',
      /is retired/,
    ],
  ])('prints three lines in %s, as azure-cli does', async (scenario, line, code, said) => {
    const played = await sandbox.playScenario(scenario);
    expect(played.body.azureScenario).toMatchObject({ name: scenario });
    const { code: exitCode, stdout, stderr } = await az(line);
    await sandbox.playScenario(undefined);
    const [first = '', second, third = ''] = stderr.replace(/^WARNING: .*\n/, '').split('\n');
    const message = third.replace(/^Message: /, '');
    expect(message).toMatch(said);
    expect([exitCode, stdout, first, second]).toEqual([1, '', `ERROR: (${code}) ${message}`, `Code: ${code}`]);
  });

  it('is refused for a name that is none, with all that there are', async () => {
    const { status, body } = await sandbox.playScenario('meteor');
    expect(status).toBe(500);
    expect(body.fault).toMatchObject({
      code: 'sandbox.scenario',
      why: expect.stringContaining('quota, regional-quota'),
    });
    expect((await sandbox.control('GET', '/status')).body.azureScenario).toBeNull();
  });
});
