import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';

/**
 * The real PostgreSQL of Debian's package on a free port of 127.0.0.1, with its files in a temporary folder. It refuses to
 * run as root; there it runs as nobody.
 */
const debian = '/usr/lib/postgresql';

/** MESHWALK_TEST_POSTGRES: where initdb and postgres are, where the package was unpacked and not installed. */
export function postgresPrograms(): string | undefined {
  const unpacked = process.env['MESHWALK_TEST_POSTGRES'];
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...(unpacked ? [unpacked] : []), ...versions.map((version) => join(debian, version, 'bin'))];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const environment = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };

export class PostgresServer {
  readonly port: number;
  readonly #programs: string;
  readonly #folder: string;
  readonly #fsync: 'on' | 'off';
  #child: ChildProcess | undefined;

  private constructor(programs: string, folder: string, port: number, fsync: 'on' | 'off') {
    this.#programs = programs;
    this.#folder = folder;
    this.#fsync = fsync;
    this.port = port;
  }

  /** What is committed reaches the disk only where somebody measures how long that takes. */
  static async start(programs: string, { fsync = 'off' }: { fsync?: 'on' | 'off' } = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'meshwalk-postgres-'));
    chmodSync(folder, 0o700);
    if (isRoot) chownSync(folder, 65_534, 65_534);
    const line = [
      '-D',
      join(folder, 'data'),
      '-U',
      'meshwalk',
      '--auth=trust',
      '--no-locale',
      '--encoding=UTF8',
      '--no-sync',
    ];
    execFileSync(join(programs, 'initdb'), line, {
      ...nobody,
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const server = new PostgresServer(programs, folder, await freePort(), fsync);
    await server.begin();
    return server;
  }

  get address(): string {
    return `postgres://meshwalk@127.0.0.1:${this.port}/postgres`;
  }

  async begin(): Promise<void> {
    const settings = {
      port: this.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: this.#fsync,
    };
    const line = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(this.#programs, 'postgres'), ['-D', join(this.#folder, 'data'), ...line], {
      ...nobody,
      cwd: this.#folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    let said = '';
    for await (const chunk of child.stderr) {
      said += String(chunk);
      if (said.includes('ready to accept connections')) break;
    }
    if (child.exitCode !== null || !said.includes('ready to accept')) throw new Error(`PostgreSQL ended: ${said}`);
  }

  /** Cuts every connection, as a crash of its machine does. */
  async kill(): Promise<void> {
    await this.#end('SIGQUIT');
  }

  async close(): Promise<void> {
    await this.#end('SIGQUIT');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
