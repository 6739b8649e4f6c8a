import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { privateKubeconfig } from '../../../src/world/cluster/private-kubeconfig.ts';
import { learnersKubeconfig, readKubeContexts, readKubeconfig } from '../../../src/world/kube-context.ts';
import { tempFolders } from '../../platform/temp-folder.ts';

const tempFolder = tempFolders();

/** Two files: contexts in one, what they name in both. */
function kubeconfig(): { files: string; folder: string } {
  const folder = tempFolder();
  mkdirSync(join(folder, 'more'));
  const [first, second] = [join(folder, 'config'), join(folder, 'more/config')];
  writeFileSync(
    first,
    `current-context: practice
contexts:
  - { name: practice, context: { cluster: here, user: me, namespace: shop } }
  - { name: other, context: { cluster: there, user: me } }
  - { name: broken, context: { cluster: nowhere, user: me } }
users: [{ name: me, user: { client-key: keys/me, exec: { command: ./bin/login, args: [a/b] } } }]
`,
  );
  writeFileSync(
    second,
    `current-context: other
contexts: [{ name: practice, context: { cluster: there, user: me } }, { name: third, context: { cluster: there } }]
clusters:
  - { name: here, cluster: { server: 'https://10.0.0.1', certificate-authority: ca.crt } }
  - { name: there, cluster: { server: 'https://10.0.0.2', certificate-authority: /etc/ca.crt } }
users: [{ name: me, user: { token: second } }]
`,
  );
  return { folder, files: [first, join(folder, 'none'), second].join(delimiter) };
}

it('contexts are told with their servers, the first of a name once, and the current one', async () => {
  expect(await readKubeContexts(kubeconfig().files)).toEqual([
    { name: 'practice', cluster: 'here', server: 'https://10.0.0.1', isCurrent: true },
    { name: 'other', cluster: 'there', server: 'https://10.0.0.2', isCurrent: false },
    { name: 'broken', cluster: 'nowhere', server: '', isCurrent: false },
    { name: 'third', cluster: 'there', server: 'https://10.0.0.2', isCurrent: false },
  ]);
});

it('the copy holds one context and what it needs, with paths that lead to where they led', async () => {
  const { files, folder } = kubeconfig();
  expect(parse(privateKubeconfig(await readKubeconfig(files), 'practice') ?? '')).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'practice',
    contexts: [{ name: 'practice', context: { cluster: 'here', user: 'me', namespace: 'shop' } }],
    clusters: [
      { name: 'here', cluster: { server: 'https://10.0.0.1', 'certificate-authority': join(folder, 'more/ca.crt') } },
    ],
    users: [
      {
        name: 'me',
        user: { 'client-key': join(folder, 'keys/me'), exec: { command: join(folder, 'bin/login'), args: ['a/b'] } },
      },
    ],
  });
});

it('absolute paths and programs on PATH stay, and a context without its cluster is none', async () => {
  const { files } = kubeconfig();
  const read = await readKubeconfig(files);
  expect(privateKubeconfig(read, 'other')).toContain('certificate-authority: /etc/ca.crt');
  expect(privateKubeconfig(read, 'broken')).toBeUndefined();
  expect(privateKubeconfig(read, 'none')).toBeUndefined();
  const bare = read.map((file) => ({
    ...file,
    config: { ...file.config, users: [{ name: 'me', user: { exec: { command: 'kubelogin' } } }] },
  }));
  expect(privateKubeconfig(bare, 'other')).toContain('command: kubelogin');
});

it('the files are those of KUBECONFIG, else the one at home', () => {
  expect(learnersKubeconfig({ KUBECONFIG: 'a', HOME: '/home/ada' })).toBe('a');
  expect(learnersKubeconfig({ KUBECONFIG: '', HOME: '/home/ada' })).toBe('/home/ada/.kube/config');
});
