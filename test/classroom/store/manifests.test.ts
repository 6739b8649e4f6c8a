import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { build, meshwalk } from '../../cli/meshwalk.ts';
import { tempFolders } from '../../platform/temp-folder.ts';

const folder = join(import.meta.dirname, '../../../manifests/class');
const tempFolder = tempFolders();

interface Found {
  kind: string;
  metadata: { name: string; namespace?: string };
  // biome-ignore lint/suspicious/noExplicitAny: read by path in this test only
  spec: any;
}

describe('the manifests of a class', () => {
  let all: Found[] = [];
  beforeAll(() => {
    const documents = parseAllDocuments(readFileSync(join(folder, 'class.yaml'), 'utf8'));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    all = documents.map((document) => document.toJS() as Found);
    build();
  }, 120_000);
  const one = (kind: string): Found => all.find((found) => found.kind === kind) ?? expect.fail(`no ${kind}`);
  const container = () => one('Deployment').spec.template.spec.containers[0];

  it('put two hosts behind a Service and a budget, which find them by their labels', () => {
    expect(all.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'PodDisruptionBudget']);
    const { replicas, selector, template } = one('Deployment').spec;
    expect(replicas).toBe(2);
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(one('Service').spec.selector).toEqual(selector.matchLabels);
    expect(one('PodDisruptionBudget').spec).toEqual({ minAvailable: 1, selector });
    const [{ targetPort }] = one('Service').spec.ports;
    expect(container().ports).toEqual([{ name: targetPort, containerPort: 7070 }]);
  });

  it('run them without rights, on a root that cannot be written, with probes of /healthz alone', () => {
    const { securityContext, automountServiceAccountToken } = one('Deployment').spec.template.spec;
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container().securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(container()[probe].httpGet).toEqual({ path: '/healthz', port: 'class' });
    }
  });

  it('take the address of the database from a Secret that the README makes, and from nowhere else', () => {
    const { volumes } = one('Deployment').spec.template.spec;
    const file: string = container().env.find(
      ({ name }: { name: string }) => name === 'MESHWALK_CLASS_STORE_FILE',
    ).value;
    const mount = container().volumeMounts.find(({ mountPath }: { mountPath: string }) =>
      file.startsWith(`${mountPath}/`),
    );
    const { secret } = volumes.find(({ name }: { name: string }) => name === mount.name);
    expect(file).toBe(`${mount.mountPath}/${secret.items[0].path}`);
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(readme).toContain(`secret generic ${secret.secretName} `);
    expect(readme).toContain(`--from-literal=${secret.items[0].key}=`);
    expect(JSON.stringify(all)).not.toContain('postgres:');
  });

  it('give arguments that the program knows: it fails only for want of the file', async () => {
    const environment = { MESHWALK_CLASS_STORE_FILE: '/none/address' };
    const { code, err } = await meshwalk(tempFolder(), container().args, { environment });
    expect(err).toContain('/none/address');
    expect(code).toBe(1);
  });
});
