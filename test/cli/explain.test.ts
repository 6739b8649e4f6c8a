import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { expectNoEnglish } from '../words/no-english.ts';
import { build, meshwalk } from './meshwalk.ts';

const tempFolder = tempFolders();
let home = '';
beforeAll(build);
afterEach(async () => {
  await meshwalk(home, ['sandbox', 'stop']);
});

/** What of the course lets the thief read at the shop, and not buy. */
const thiefMayLook = `
az group create --location westeurope --name rg --output none
az aks create --resource-group rg --name aks --enable-addons open-service-mesh --no-ssh-key --output none
az aks get-credentials --resource-group rg --name aks
kubectl rollout status deployment/osm-controller deployment/osm-injector --namespace kube-system
for name in bookstore bookthief; do kubectl create namespace $name; done
osm namespace add bookstore bookthief
kubectl patch meshconfig osm-mesh-config -n kube-system --type=merge \
  --patch '{"spec":{"traffic":{"enablePermissiveTrafficPolicyMode":false,"enableEgress":false}}}'
kubectl apply -f manifests/apps/bookstore.yaml -f manifests/apps/bookthief.yaml
kubectl apply -f manifests/access/bookbuyer.yaml -f manifests/access/bookthief-read-only.yaml
kubectl rollout status deployment/bookstore --namespace bookstore
kubectl rollout status deployment/bookthief --namespace bookthief
`;

/** By the programs of the sandbox that runs, as `meshwalk sandbox env` offers them to a shell. */
async function inSandbox(script: string): Promise<void> {
  const { out } = await meshwalk(home, ['sandbox', 'env']);
  const env = { PATH: process.env['PATH'] ?? '', HOME: home };
  const cwd = join(import.meta.dirname, '../..');
  await promisify(execFile)('/bin/sh', ['-euc', `${out}${script}`], { cwd, env });
}

describe('meshwalk explain', () => {
  const thief = ['explain', '--from', 'bookthief/bookthief', '--to', 'bookstore/bookstore', '/buy-a-book/new'];

  it('says what to do where no sandbox runs, and how a name is written', async () => {
    home = tempFolder();
    expect(await meshwalk(home, thief)).toMatchObject({
      code: 1,
      err: expect.stringContaining('No sandbox runs, so there is nothing to look at.'),
    });
    const wrong = await meshwalk(home, ['explain', '--from', 'bookthief', '--to', 'bookstore/bookstore']);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('It must be a namespace and a name') });
  });

  it('tells why the thief of the course may look and not buy, beside a sandbox that runs', async () => {
    home = tempFolder();
    expect((await meshwalk(home, ['sandbox', 'start', '--pace', 'instant'])).code).toBe(0);
    expect(await meshwalk(home, thief)).toMatchObject({
      code: 1,
      err: expect.stringContaining('The sandbox has no cluster yet.'),
    });
    await inSandbox(thiefMayLook);
    const look = async (...args: string[]) => JSON.parse((await meshwalk(home, [...args, '--json'])).out);
    await expect
      .poll(async () => (await look(...thief)).links.at(-1), { timeout: 60_000, interval: 500 })
      .toMatchObject({ title: 'identity', status: 'breaks' });
    const { out, code, err } = await meshwalk(home, thief);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('✓ server route  A route of the server takes GET /buy-a-book/new.');
    expect(out).toContain('to mend:  TrafficTarget bookstore/bookthief-reads-bookstore, spec.rules: add a match');
    expect(out).toContain('So the caller sees: status 403, RBAC: access denied.');
    const german = (await meshwalk(home, [...thief, '--lang', 'de'])).out;
    expectNoEnglish(german, 'explain');
    expect(german).toContain('✓ Route beim Server    Eine Route des Servers nimmt GET /buy-a-book/new.');
    expect(german).toContain('Abhilfe: TrafficTarget bookstore/bookthief-reads-bookstore, spec.rules: einen Match');
    expect(german).toContain('Der Aufrufer sieht also: Status 403, RBAC: access denied.');
    // What programs read does not change with the language.
    expect(await look(...thief, '--lang', 'de')).toEqual(await look(...thief));
    const { outcome } = await look(...thief.slice(0, -1), '/books-bought');
    expect(outcome).toEqual({ type: 'reaches-application' });
    const nobody = await meshwalk(home, ['explain', '--from', 'bookbuyer/nobody', '--to', 'bookstore/bookstore']);
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('bookbuyer/nobody') });
  }, 240_000);
});
