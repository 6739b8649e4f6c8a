import { X509Certificate } from 'node:crypto';
import { hostname, networkInterfaces, userInfo } from 'node:os';
import { join } from 'node:path';
import { checkKinds } from '../check/registry.ts';
import { shownClassAddress } from '../classroom/link/class-address.ts';
import { fingerprintOf } from '../classroom/link/fingerprint.ts';
import { plainLine } from '../classroom/plain-text.ts';
import { limits } from '../classroom/protocol.ts';
import { startClassServer } from '../classroom/server/class-server.ts';
import { Classroom } from '../classroom/server/classroom.ts';
import { readPageFiles } from '../classroom/server/page-files.ts';
import { shownCode } from '../classroom/server/secrets.ts';
import { FileStore } from '../classroom/store/file-store.ts';
import { systemClock } from '../platform/clock.ts';
import { ensurePrivateFolder } from '../platform/files.ts';
import { acquireLock } from '../platform/lock.ts';
import { classFolder } from '../progress/state-folders.ts';
import { CertificateAuthority } from '../sandbox/pki/authority.ts';
import { loadFindings } from '../words/language.ts';
import type { ClassHostOptions } from './class.ts';
import { lessonsIn, outlineOf } from './class-outline.ts';
import {
  type ClassSettings,
  keepSettings,
  logFile,
  newSettings,
  openDoor,
  readSettings,
  setAside,
  withInstructor,
} from './class-state.ts';
import { loadCourse } from './course-files.ts';
import { qrLines } from './qr-lines.ts';
import type { Subcommand } from './subcommand.ts';

/** `meshwalk class host`: serves a class until it is stopped; started again, it is the same class. */
export async function hostClass(options: ClassHostOptions, subcommand: Subcommand): Promise<void> {
  const { machine, teardown, signal, log } = subcommand;
  const findings = await loadFindings(machine.words);
  const { classroom: told } = findings.told;
  const catalog = await loadCourse(options.folder ?? machine.root, machine.words.language);
  const folder = classFolder(options.profile, machine.environment);
  ensurePrivateFolder(folder);
  if (options.new) setAside(folder, systemClock.now());
  const lock = acquireLock(join(folder, 'lock'));
  teardown.add(() => lock.release());
  const known = readSettings(folder);
  const lessons = lessonsIn(catalog, options.lessons);
  const { token, settings: first } = withInstructor(
    settingsOf(
      known,
      options,
      lessons.map(({ id }) => id),
    ),
  );
  const { token: watchToken, settings: second } = withInstructor(first);
  const settings: ClassSettings = options.tls && !second.tls ? { ...second, tls: certificateOf() } : second;
  keepSettings(folder, settings);

  const store = await FileStore.open(logFile(folder));
  teardown.add(() => store.close());
  const chosen = catalog.lessons.filter(({ id }) => settings.lessons.includes(id));
  const classroom = new Classroom(store, outlineOf(chosen, checkKinds, findings), systemClock);
  await classroom.open(settings);
  if (store.damaged > 0) machine.err(told.damaged(store.damaged, logFile(folder)));
  const tls = options.tls ? settings.tls : undefined;
  const server = await startClassServer(
    {
      classroom,
      pages: readPageFiles(join(machine.root, 'dist', 'page')),
      names: [hostname(), `${hostname()}.local`, ...options.allowName],
      code: settings.code,
      instructorKeys: settings.instructorKeys,
      ...(tls && { tls }),
      onBug: (error) => void log.write('the class server', error),
    },
    { host: options.listen, port: options.port },
  );
  teardown.add(() => server.close());

  const fingerprint = tls && fingerprintOf(new X509Certificate(tls.cert).raw);
  const scheme = tls ? 'https' : 'http';
  const joinAddresses = addressesOf(options.listen).map((address) =>
    shownClassAddress({
      origin: `${scheme}://${address}:${server.port}`,
      code: shownCode(settings.code),
      ...(fingerprint && { fingerprint }),
    }),
  );
  const local = `${scheme}://${options.listen ?? '127.0.0.1'}:${server.port}`;
  openDoor(folder, { origin: local, token: watchToken, ...(fingerprint && { fingerprint }) });
  const page = `${local}/instructor/#token=${token}`;
  const { size, state } = classroom.roster;
  machine.out(known && !options.new ? told.goesOn(state.name, size) : told.begins(state.name));
  machine.out(told.lessons(chosen.map(({ step, title }) => `${step} ${title}`)));
  machine.out('');
  machine.out(told.learnersType);
  for (const address of joinAddresses) machine.out(`  meshwalk class join ${address}`);
  if (process.stdout.isTTY) {
    const [firstAddress = ''] = joinAddresses;
    for (const line of await qrLines(tls ? firstAddress : `http://${firstAddress}`)) machine.out(line);
  }
  machine.out(told.page);
  machine.out(`  ${page}`);
  machine.out(told.watch);
  machine.out(told.end);
  if (options.open && process.stdout.isTTY) await openPage(page);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  signal.throwIfAborted();
}

function settingsOf(
  known: ClassSettings | undefined,
  options: ClassHostOptions,
  lessons: readonly string[],
): ClassSettings {
  const asked = plainLine(options.name ?? '', limits.nameLength);
  if (known) return known;
  return newSettings(asked || userInfo().username, lessons);
}

/** A browser that cannot be started is no reason not to hold a class: the address is on the screen. */
async function openPage(url: string): Promise<void> {
  const { default: open } = await import('open');
  await open(url).catch(() => undefined);
}

const yearMs = 365 * 24 * 60 * 60 * 1000;

function certificateOf(): { key: string; cert: string } {
  const authority = CertificateAuthority.create(systemClock, { commonName: 'meshwalk class', validityMs: yearMs });
  const ipAddresses = ['127.0.0.1', ...addressesOf(undefined).filter((address) => !address.includes('['))];
  const issued = authority.issue({
    commonName: hostname().slice(0, 64),
    dnsNames: ['localhost', hostname(), `${hostname()}.local`],
    ipAddresses,
    validityMs: yearMs,
    usages: ['server'],
  });
  return { key: issued.keyPem, cert: issued.certPem };
}

/** Where others on the network find this machine, as they stand in an address; itself where there is no network. */
function addressesOf(listen: string | undefined): string[] {
  if (listen !== undefined) return [listen.includes(':') ? `[${listen}]` : listen];
  const all = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !/^(fe80|169\.254)/i.test(address));
  const sorted = outside.toSorted((a, b) => a.family.localeCompare(b.family));
  const shown = sorted.map(({ family, address }) => (family === 'IPv6' ? `[${address}]` : address));
  return shown.length > 0 ? shown : ['127.0.0.1'];
}
