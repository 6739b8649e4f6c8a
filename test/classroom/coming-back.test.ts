import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { longestBackOffMs } from '../../src/classroom/link/back-off.ts';
import { LearnerLink } from '../../src/classroom/link/learner-link.ts';
import type { ServerMessage } from '../../src/classroom/protocol.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { integerBetween, pick, type Random, seededRandom } from '../../src/platform/random.ts';
import { MemoryJournal } from './played-learners.ts';

// A learner whose host is killed, and comes back after a while. What each try meets is played, and time is stepped.

class PlayedSocket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 0;

  open(): void {
    this.readyState = this.OPEN;
    this.emit('open');
  }

  tell(message: ServerMessage): void {
    this.emit('message', JSON.stringify(message));
  }

  end(error?: Error): void {
    this.readyState = 3;
    if (error) this.emit('error', error);
    this.emit('close');
  }

  send(): void {}

  terminate(): void {
    this.readyState = 3;
  }
}

const welcome: ServerMessage = {
  type: 'welcome',
  version: 1,
  class: 'class-1',
  learner: 'ada',
  name: 'Ada',
  acknowledged: 0,
};

/** How a try may end while the host is away, or comes up only to be killed again. */
const refusals: readonly ((socket: PlayedSocket) => void)[] = [
  (socket) => socket.end(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })),
  (socket) => socket.end(new Error('Unexpected server response: 503')),
  (socket) => socket.end(new Error('socket hang up')),
  (socket) => {
    socket.open();
    socket.end();
  },
];

const links: LearnerLink[] = [];
afterEach(() => {
  for (const link of links.splice(0)) link.close();
});

class PlayedRoom {
  readonly clock = new SteppedClock();
  readonly tries: { at: number; socket: PlayedSocket }[] = [];
  readonly link: LearnerLink;

  constructor(random: Random) {
    this.link = new LearnerLink({
      dial: () => {
        const socket = new PlayedSocket();
        this.tries.push({ at: this.clock.now(), socket });
        // Of a WebSocket the link uses what is played here, and no more.
        return socket as unknown as WebSocket;
      },
      token: 'token',
      name: 'Ada',
      journal: new MemoryJournal(),
      clock: this.clock,
      random,
      onChange: () => {},
    });
    links.push(this.link);
    this.comeIn();
  }

  get socket(): PlayedSocket {
    return this.tries.at(-1)?.socket ?? expect.fail('nothing was tried');
  }

  comeIn(): void {
    this.socket.open();
    this.socket.tell(welcome);
  }

  /** How long after the end of the last try the next one is made. */
  async nextTryMs(end: (socket: PlayedSocket) => void): Promise<number> {
    const [before, ended] = [this.tries.length, this.clock.now()];
    end(this.socket);
    for (let steps = 0; this.tries.length === before && steps < 100; steps += 1) await this.clock.step(50);
    expect(this.tries.length).toBe(before + 1);
    return (this.tries.at(-1)?.at ?? 0) - ended;
  }
}

describe('a learner whose host was killed', () => {
  it('tries at least every two seconds, whatever the tries before met, so that a host finds everybody back within five', async () => {
    expect(longestBackOffMs).toBeLessThanOrEqual(2_000);
    for (let seed = 0; seed < 40; seed += 1) {
      const random = seededRandom(seed);
      const room = new PlayedRoom(random);
      const outage = Array.from({ length: integerBetween(random, 1, 16) }, () => pick(random, refusals) ?? (() => {}));
      for (const end of outage) expect(await room.nextTryMs(end)).toBeLessThanOrEqual(longestBackOffMs);
      // The host is there: it was away up to this try, which is the first that it answers.
      room.comeIn();
      expect(room.link.state.connection).toBe('online');
      // Once in, the next time begins with a short wait again.
      expect(await room.nextTryMs((socket) => socket.end())).toBeLessThanOrEqual(200);
    }
  });

  it('waits longer from one refusal to the next, and not as long as another learner', async () => {
    const [ada, bob] = [new PlayedRoom(seededRandom(1)), new PlayedRoom(seededRandom(2))];
    const waits: number[][] = [];
    for (const room of [ada, bob]) {
      const own: number[] = [];
      for (let tries = 0; tries < 5; tries += 1) own.push(await room.nextTryMs((socket) => socket.end()));
      waits.push(own);
    }
    const [first = [], second = []] = waits;
    expect(first).toEqual(first.toSorted((a, b) => a - b));
    expect(first).not.toEqual(second);
  });
});
