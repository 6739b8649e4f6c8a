import { answers, findDoor } from '../world/sandbox-control.ts';
import { examination } from './examination.ts';

/** The sandbox's own process, if one is left from before. */
export type SandboxFacts = { type: 'none' } | { type: 'answers' | 'silent'; pid: number };

export const sandbox = examination<SandboxFacts>({
  group: 'sandbox',
  worlds: ['sandbox'],
  async look({ folders }) {
    const door = await findDoor(folders.sandbox);
    if (!door) return { type: 'none' };
    return { type: (await answers(door)) ? 'answers' : 'silent', pid: door.pid };
  },
  judge(facts, { sandbox: said }, { os }) {
    const about = { id: 'sandbox', what: 'Sandbox' };
    switch (facts.type) {
      case 'none':
        return [{ ...about, status: 'good', saw: said.notRunning }];
      case 'answers':
        return [{ ...about, status: 'good', saw: said.running(facts.pid) }];
      case 'silent': {
        const kill = os === 'windows' ? `taskkill /F /PID ${facts.pid}` : `kill -9 ${facts.pid}`;
        return [{ ...about, status: 'bad', saw: said.silent(facts.pid), why: said.blocks, next: [kill] }];
      }
    }
  },
});
