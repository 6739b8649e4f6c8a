import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { PostgresStore } from '../../../src/classroom/store/postgres-store.ts';
import { readStoreAddress } from '../../../src/classroom/store/store-address.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { PostgresServer, postgresPrograms } from '../../classroom/store/postgres-server.ts';
import { endHost, lostOrDoubled, type RunningHost, startHost, teach } from '../class-room.ts';
import { type Measure, measured, type Row } from '../row.ts';

/** `--quick` takes half of it. */
const seconds = process.argv.includes('--quick') ? 30 : 60;
const count = Number(process.env['MESHWALK_LEARNERS'] ?? 500);

export const classHosts: Row = {
  name: 'class-hosts',
  title: 'A class on two hosts that share a PostgreSQL, behind a load balancer',
  async run(lab) {
    const programs = postgresPrograms();
    if (programs === undefined) return { status: 'skipped', reason: 'there is no PostgreSQL' };
    const database = await PostgresServer.start(programs, { fsync: 'on' });
    const hosts: RunningHost[] = [];
    const balancer = new Balancer();
    try {
      const own = { store: database.address };
      const first = await startHost(lab, lab.newFolder(), own);
      hosts.push(first);
      const second = await startHost(lab, lab.newFolder(), own);
      hosts.push(second);
      const port = await balancer.listen(hosts.map((host) => host.port));
      const store = await classIn(database);
      const { code } = store.settings;
      const { learners, delays, usages, how } = await teach([first, second], { port, code, count, seconds });
      return measured(
        {
          what: 'event to page, p95',
          value: delays.percentile(95),
          unit: 'ms',
          budget: { atMost: 1000 },
          how: `${how}; ${delays.count} seen`,
        },
        ...usages.flatMap(({ cpu, megabytes }, index): Measure[] => [
          { what: `host ${index + 1}, processor`, value: cpu, unit: '% of a core', budget: { atMost: 50 }, how },
          { what: `host ${index + 1}, memory`, value: megabytes, unit: 'MB', how: 'resident' },
        ]),
        {
          what: 'lost or doubled',
          value: await lostOrDoubled(store, learners),
          unit: '',
          budget: { atMost: 0 },
          how: 'in the database, against the journals',
        },
      );
    } finally {
      balancer.close();
      for (const host of hosts) await endHost(host);
      await database.close();
    }
  },
};

/** As another host would open it; hears of nothing and serves nobody. */
const classIn = (database: PostgresServer): Promise<PostgresStore> =>
  PostgresStore.open(readStoreAddress(database.address), {
    room: 'default',
    anew: false,
    settle: (before) => {
      if (!before) throw new Error('the hosts opened no class');
      return before;
    },
    clock: systemClock,
    random: systemRandom,
    onTrouble: (error) => {
      throw error;
    },
  });

/** Each connection goes to the next host, as in front of any service: nothing keeps a learner at one of them. */
class Balancer {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #next = 0;

  async listen(ports: readonly number[]): Promise<number> {
    this.#server = createServer((from) => {
      const port = ports[this.#next % ports.length] ?? 0;
      this.#next += 1;
      const to = connect(port, '127.0.0.1');
      this.#join(from, to);
      this.#join(to, from);
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true).pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
