import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { measured, type Row } from '../row.ts';

const root = join(import.meta.dirname, '../../..');
/** MESHWALK_KILLS=200 for the whole budget, which takes an hour. */
const kills = Number(process.env['MESHWALK_KILLS'] ?? 30);

/** test/walk does it and proves more: no write, no process and no port is lost or left either. */
export const killNine: Row = {
  name: 'kill-nine',
  title: 'Random kill -9 while playing',
  async run() {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const child = spawn(process.execPath, [vitest, 'run', 'test/walk/kill.test.ts'], {
      cwd: root,
      env: { ...process.env, MESHWALK_KILLS: String(kills) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`a kill lost something:\n${said.slice(-3000)}`);
    return measured({
      what: 'tasks lost',
      value: 0,
      unit: '',
      budget: { atMost: 0 },
      how: `${kills} kills (design: 200)`,
    });
  },
};
