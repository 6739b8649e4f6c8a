import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../platform/temp-folder.ts';
import { expectNoEnglish } from '../words/no-english.ts';
import { build, meshwalk } from './meshwalk.ts';

const tempFolder = tempFolders();
beforeAll(build);

const tasks = ['one', 'two'].map(
  (name) => `
## Mach ${name}
<!-- task: ${name} -->

\`\`\`bash {"name":"${name}","effect":"changes"}
az group create -l southeastasia -n ${name} -o none
\`\`\`

<details><summary>Check: ${name}</summary>

\`\`\`yaml {"check":"${name}"}
- id: there
  azure-cluster: { resourceGroup: ${name} }
  why: Es fehlt.
\`\`\`

</details>

<details><summary>Hint 1</summary>

Lies.

</details>

<details><summary>Solution</summary>

Der Befehl oben.

</details>
`,
);

function course(): { home: string; folder: string } {
  const home = tempFolder();
  const folder = join(home, 'course');
  mkdirSync(join(folder, 'lessons'), { recursive: true });
  mkdirSync(join(folder, 'manifests'));
  const head = 'lesson: 1\nid: first\nstep: 1\ntitle: Gruppen\nminutes: 1\nneeds: []\nworlds: [sandbox]\n';
  writeFileSync(join(folder, 'lessons/01-first.md'), `---\n${head}---\n\n# Gruppen\n\nWorte.\n${tasks.join('')}`);
  return { home, folder };
}

describe('the subcommands in German', { timeout: 120_000 }, () => {
  it('play, show, take back and tell what changed', async () => {
    const { home, folder } = course();
    const run = async (...args: string[]) => {
      const { code, out, err } = await meshwalk(home, [...args, '--lessons', folder, '--lang', 'de']);
      expectNoEnglish(out + err, args.join(' '));
      return { code, out, err };
    };
    expect((await run('status')).out).toContain('→  1  Gruppen (0 von 2 Aufgaben)\n\nWeiter geht es mit: meshwalk');
    const played = await run('run', '--trust', '--prove', '--pace', 'instant');
    expect(played).toMatchObject({ code: 0, err: '' });
    expect(played.out).toContain('Schritt 1: Gruppen');
    expect(played.out).toContain('vorher: ✗ Resource Group one gibt es (es gibt keine Resource Group one)');
    expect(played.out).toContain('✓ Resource Group two gibt es (Resource Group two)');
    expect(played.out).toContain('✓ 1 Lektion fertig.');
    expect((await run('changes')).out).toMatch(/angelegt +Resource Group two\n/);
    expect((await run('undo', '--pace', 'instant')).out).toContain('Zurückgenommen.');
    expect((await run('search', 'Worte')).out).toContain('Gruppen\n');
    expect((await run('search', 'Nirgends')).out).toContain('steht in keiner Lektion');
    expect((await run('reset', 'first')).out).toContain('"Gruppen" ist noch einmal zu machen.');
  });

  it('tell of the sandbox and of the machine, and programs the same in every language', async () => {
    const home = tempFolder();
    const german = ['--lang', 'de'];
    const { out } = await meshwalk(home, ['sandbox', 'status', ...german]);
    expect(out).toBe('Es läuft keine Sandbox, und es gab noch keine. Eine anlegen: meshwalk sandbox start\n');
    const refused = await meshwalk(home, ['status', '--profile', '../x', ...german]);
    expect(refused).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('✗ "../x" kann kein Profil heißen.'),
    });
    const doctor = await meshwalk(home, ['doctor', ...german]);
    expectNoEnglish(doctor.out, 'doctor');
    expect(doctor.out).toContain('✓ Sandbox: läuft nicht; sie startet mit den Lektionen');
    const told = async (...args: string[]) =>
      JSON.parse((await meshwalk(home, ['doctor', '--json', ...args])).out).findings.filter(
        // How much room a disk has is another thing at each look.
        ({ id }: { id: string }) => id !== 'disk',
      );
    expect(await told(...german)).toEqual(await told());
    expect((await meshwalk(home, ['lint', ...german])).out).toMatch(/^\d+ Lektionen, keine Fehler\.\n$/);
  });
});
