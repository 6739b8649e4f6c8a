import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as resources from '../../../src/kube/resources.ts';
import { realHelm } from '../../tools/kubectl.ts';
import { ClientCluster } from './client-cluster.ts';

/** The real Helm 3, and 4 in short, installs a small chart (test/fixtures/chart) and leads it through its life. */
const chart = join(import.meta.dirname, '../../fixtures/chart');

describe('Helm', { timeout: 60_000 }, () => {
  let clients: ClientCluster;
  beforeAll(async () => {
    clients = await ClientCluster.start();
  });
  afterAll(() => clients.close());

  const helm = (line: string) => clients.ok(realHelm(), line);
  const identity = () =>
    clients.cluster.api.get(resources.deployments, 'shelf', 'books')?.spec.template.spec?.containers[0]?.env?.[0]
      ?.value;
  const listed = async (options = '') => JSON.parse(await helm(`list -n books -o json ${options}`.trim())) as unknown;

  it('installs a chart and waits until it is ready', async () => {
    const said = await helm(`install shelf ${chart} -n books --create-namespace --wait --timeout 30s`);
    expect(said).toMatch(/^STATUS: deployed$/m);
    expect(said).toContain('NOTES:\nshelf-v1 listens on 14001.');
    expect(clients.cluster.api.get(resources.deployments, 'shelf', 'books')?.status?.readyReplicas).toBe(1);
    expect(await listed()).toMatchObject([{ name: 'shelf', revision: '1', status: 'deployed', chart: 'shelf-0.1.0' }]);
  });

  it('shows what it installed', async () => {
    expect(await helm('get manifest shelf -n books')).toContain('kind: Deployment');
    expect(await helm('get values shelf -n books --all')).toContain('identity: shelf-v1');
    expect(await helm('status shelf -n books --show-resources')).toMatch(/^shelf +1\/1 +1 +1 /m);
  });

  it('keeps a release in a Secret, as every Helm does', () => {
    const [release] = clients.cluster.api.list(resources.secrets, { namespace: 'books' });
    expect(release).toMatchObject({ type: 'helm.sh/release.v1', metadata: { name: 'sh.helm.release.v1.shelf.v1' } });
    expect(release?.metadata.labels).toMatchObject({ owner: 'helm', name: 'shelf', status: 'deployed', version: '1' });
  });

  it('refuses a second release of the name', async () => {
    expect(await clients.run(realHelm(), `install shelf ${chart} -n books`)).toMatchObject({
      code: 1,
      stderr: 'Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n',
    });
  });

  it('upgrades, with a hook before it', async () => {
    await helm(
      `upgrade shelf ${chart} -n books --set identity=shelf-v2,replicas=2,settings[0]=before --wait --timeout 30s`,
    );
    expect(identity()).toBe('shelf-v2');
    expect(clients.cluster.api.get(resources.configMaps, 'before', 'books')?.['data']).toEqual({
      identity: 'shelf-v2',
    });
    expect(clients.cluster.api.get(resources.deployments, 'shelf', 'books')?.status?.readyReplicas).toBe(2);
  });

  it('rolls back to what was', async () => {
    expect(await helm('rollback shelf 1 -n books --wait --timeout 30s')).toBe(
      'Rollback was a success! Happy Helming!\n',
    );
    expect(identity()).toBe('shelf-v1');
    const history = JSON.parse(await helm('history shelf -n books -o json')) as { status: string }[];
    expect(history.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'deployed']);
  });

  it('tells when what it installs does not come up', async () => {
    const broken = await clients.run(
      realHelm(),
      `install broken ${chart} -n books --set image=nobody/nothing:v1 --wait --timeout 2s`,
    );
    expect(broken).toMatchObject({ code: 1, stderr: 'Error: INSTALLATION FAILED: context deadline exceeded\n' });
    expect(await listed('--failed')).toMatchObject([{ name: 'broken', status: 'failed' }]);
    await helm('uninstall broken -n books');
  });

  it('tells what the API server refuses', async () => {
    const { code, stderr } = await clients.run(realHelm(), `install odd ${chart} -n books --set replicas=many`);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "Error: INSTALLATION FAILED: 1 error occurred:
      	* Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32


      "
    `);
    await clients.run(realHelm(), 'uninstall odd -n books');
  });

  it('uninstalls, and leaves nothing behind', async () => {
    expect(await helm('uninstall shelf -n books --wait --timeout 30s')).toBe('release "shelf" uninstalled\n');
    await clients.cluster.idle();
    expect(await listed('--all')).toEqual([]);
    expect(clients.cluster.api.list(resources.deployments, { namespace: 'books' })).toEqual([]);
    expect(clients.cluster.api.list(resources.pods, { namespace: 'books' })).toEqual([]);
    expect(clients.cluster.api.list(resources.secrets, { namespace: 'books' })).toEqual([]);
  });

  it('4 leads the chart through the same life: protobuf, server-side apply and WatchList', async () => {
    const helm4 = (line: string) => clients.ok(realHelm(4), `${line} -n books --wait --timeout 30s`);
    expect(await helm4(`install shelf ${chart}`)).toMatch(/^STATUS: deployed$/m);
    const applied = clients.cluster.api.get(resources.deployments, 'shelf', 'books')?.metadata.managedFields;
    expect(applied).toContainEqual(expect.objectContaining({ manager: 'helm', operation: 'Apply' }));
    await helm4(`upgrade shelf ${chart} --set identity=shelf-v2,replicas=2`);
    expect(identity()).toBe('shelf-v2');
    expect(clients.cluster.api.get(resources.deployments, 'shelf', 'books')?.status?.readyReplicas).toBe(2);
    await helm4('rollback shelf 1');
    expect(identity()).toBe('shelf-v1');
    await helm4('uninstall shelf');
    await clients.cluster.idle();
    expect(clients.cluster.api.list(resources.pods, { namespace: 'books' })).toEqual([]);
  });
});
