import { existsSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeContext, withoutContext } from '../../src/world/kubeconfig-removal.ts';
import { tempFolders } from '../platform/temp-folder.ts';

const tempFolder = tempFolders();

const config = `apiVersion: v1
kind: Config
# The one at work: never touch it.
current-context: meshwalk-aks
contexts:
- context: {cluster: work, user: me}
  name: work
- name: meshwalk-aks
  context:
    cluster: meshwalk-aks
    user: clusterUser_meshwalk-rg_meshwalk-aks
- context: {cluster: meshwalk-aks, user: admin}
  name: same-cluster
clusters:
- {name: work, cluster: {server: "https://work:443"}}
- name: meshwalk-aks
  cluster:
    server: https://meshwalk.azmk8s.io:443
users:
- {name: me, user: {token: s3cret}}
- {name: clusterUser_meshwalk-rg_meshwalk-aks, user: {token: gone}}
- {name: admin, user: {token: stays}}
`;

describe('a kubeconfig without a context', () => {
  it('loses it with what only it named, and nothing else', () => {
    const rest = withoutContext(config, 'meshwalk-aks');
    expect(rest).not.toContain('clusterUser_meshwalk-rg_meshwalk-aks');
    expect(rest).toContain('current-context: ""');
    // Another context goes to the same cluster.
    for (const kept of [
      '# The one at work: never touch it.',
      'meshwalk.azmk8s.io',
      'token: s3cret',
      'token: stays',
      'name: work',
    ])
      expect(rest).toContain(kept);
  });

  it('keeps the current context where that is another', () => {
    const rest = withoutContext(config, 'same-cluster');
    expect(rest).toContain('current-context: meshwalk-aks');
    expect(rest).not.toContain('token: stays');
  });

  it('is the same text where there is nothing to take, and where it is no kubeconfig', () => {
    expect(withoutContext(config, 'other')).toBe(config);
    for (const text of ['', 'a: [', '- 1', 'contexts: 3']) expect(withoutContext(text, 'x')).toBe(text);
  });
});

describe('the file of a kubeconfig', () => {
  it('keeps its mode, and stays a link where it is one', () => {
    const folder = tempFolder();
    const [real, link] = [join(folder, 'real'), join(folder, 'config')];
    writeFileSync(real, config, { mode: 0o640 });
    symlinkSync(real, link);
    removeContext(link, 'meshwalk-aks');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(readFileSync(real, 'utf8')).toBe(withoutContext(config, 'meshwalk-aks'));
    expect(existsSync(`${real}.lock`)).toBe(false);
  });

  it('is not written while kubectl writes it', () => {
    const file = join(tempFolder(), 'config');
    writeFileSync(file, config);
    writeFileSync(`${file}.lock`, '');
    expect(() => removeContext(file, 'meshwalk-aks')).toThrow(/Another program is writing it/);
    expect(readFileSync(file, 'utf8')).toBe(config);
    expect(existsSync(`${file}.lock`)).toBe(true);
  });

  it('that is gone has lost it already', () => {
    expect(() => removeContext(join(tempFolder(), 'none'), 'x')).not.toThrow();
  });
});
