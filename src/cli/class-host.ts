import { X509Certificate } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { checkKinds } from '../check/registry.ts';
import { type ClassSettings, newSettings, withInstructor } from '../classroom/class-settings.ts';
import { readClassAddress, shownClassAddress } from '../classroom/link/class-address.ts';
import { fingerprintOf } from '../classroom/link/fingerprint.ts';
import { plainLine } from '../classroom/plain-text.ts';
import { limits } from '../classroom/protocol.ts';
import { startClassServer } from '../classroom/server/class-server.ts';
import { Classroom } from '../classroom/server/classroom.ts';
import { readPageFiles } from '../classroom/server/page-files.ts';
import { shownCode } from '../classroom/server/secrets.ts';
import { systemClock } from '../platform/clock.ts';
import { ensurePrivateFolder } from '../platform/files.ts';
import { classFolder } from '../progress/state-folders.ts';
import { CertificateAuthority } from '../sandbox/pki/authority.ts';
import type { Findings } from '../words/en/findings.ts';
import { loadFindings } from '../words/language.ts';
import type { ClassHostOptions } from './class.ts';
import { keepClass } from './class-keeping.ts';
import { inEveryWorld, lessonsIn, outlineOf } from './class-outline.ts';
import { logFile, openDoor } from './class-state.ts';
import type { Machine } from './compose.ts';
import { loadCourse } from './course-files.ts';
import { ownName } from './own-name.ts';
import { qrLines } from './qr-lines.ts';
import type { Subcommand } from './subcommand.ts';

/** `meshwalk class host`: serves a class until it is stopped; started again, it is the same class. */
export async function hostClass(typed: ClassHostOptions, subcommand: Subcommand): Promise<void> {
  const { machine, teardown, signal, log } = subcommand;
  const options = { ...typed, ...(typed.address !== undefined && { address: readClassAddress(typed.address).origin }) };
  const findings = await loadFindings(machine.words);
  const { language } = machine.words;
  const all = await loadCourse(options.folder ?? machine.root, { language });
  const catalog = all.forWorld('sandbox');
  const folder = classFolder(options.profile, machine.environment);
  ensurePrivateFolder(folder);
  const lessons = lessonsIn(catalog, options.lessons).map(({ id }) => id);
  let tokens = { page: '', watch: '' };
  const kept = await keepClass(folder, options, subcommand, (before) => {
    const prepared = prepare(before ?? newSettings(nameOf(options), lessons), options);
    tokens = prepared.tokens;
    return prepared.settings;
  });
  const { settings } = kept;
  const chosen = catalog.lessons.filter(({ id }) => settings.lessons.includes(id));
  const outline = outlineOf(inEveryWorld(chosen, all), language, checkKinds, findings);
  const classroom = new Classroom(kept.store, outline, systemClock);
  await classroom.open(settings);
  const { classroom: told } = findings.told;
  if (kept.damaged() > 0) machine.err(told.damaged(kept.damaged(), logFile(folder)));
  const tls = options.tls ? settings.tls : undefined;
  const ways = waysTo(options, settings, tls);
  const server = await startClassServer(
    {
      classroom,
      pages: readPageFiles(join(machine.root, 'dist', 'page')),
      names: namesOf(options),
      code: settings.code,
      instructorKeys: kept.instructorKeys,
      ...(tls && { tls }),
      join: (port) => ways(port).join.map(joinLine),
      onBug: (error) => void log.write('the class server', error),
    },
    { host: options.listen, port: options.port },
  );
  teardown.add(() => server.close());
  const { origin, fingerprint, join: addresses } = ways(server.port);
  openDoor(folder, { origin, token: tokens.watch, ...(fingerprint && { fingerprint }) });
  const { size, state } = classroom.roster;
  machine.out(kept.isGoingOn ? told.goesOn(state.name, size) : told.begins(state.name));
  machine.out(told.lessons(chosen.map(({ step, title }) => `${step} ${title}`)));
  if (kept.isGoingOn && isOtherThan(options, settings, lessons)) machine.err(told.asBegun);
  const page = `${options.address ?? origin}/instructor/#token=${tokens.page}`;
  await announce({ page, addresses }, told, machine);
  if (options.open && process.stdout.isTTY)
    await openPage(`${origin}${server.ticketTo(`/instructor/#token=${tokens.page}`)}`);
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  signal.throwIfAborted();
}

async function announce(
  { page, addresses }: { page: string; addresses: readonly string[] },
  told: Findings['told']['classroom'],
  { out }: Pick<Machine, 'out'>,
): Promise<void> {
  out(`\n${told.learnersType}`);
  for (const address of addresses) out(`  ${joinLine(address)}`);
  if (process.stdout.isTTY) {
    const [first = ''] = addresses;
    for (const line of await qrLines(/^https:/.test(first) ? first : `http://${first}`)) out(line);
  }
  out(told.page);
  out(`  ${page}`);
  out(told.watch);
  out(told.end);
}

const joinLine = (address: string): string => `meshwalk class join ${address}`;

/** With tokens for the page and for `class watch`, and a certificate where one is asked for. */
function prepare(
  settings: ClassSettings,
  { tls }: ClassHostOptions,
): { tokens: { page: string; watch: string }; settings: ClassSettings } {
  const page = withInstructor(settings);
  const watch = withInstructor(page.settings);
  const own = tls && !settings.tls ? { tls: certificateOf() } : {};
  return { tokens: { page: page.token, watch: watch.token }, settings: { ...watch.settings, ...own } };
}

interface Ways {
  /** As programs of this machine reach it. */
  origin: string;
  fingerprint?: string;
  /** What learners type. */
  join: string[];
}

function waysTo({ listen, address }: ClassHostOptions, { code }: ClassSettings, tls: ClassSettings['tls']) {
  const scheme = tls ? 'https' : 'http';
  const fingerprint = tls && fingerprintOf(new X509Certificate(tls.cert).raw);
  const pinned = fingerprint === undefined ? {} : { fingerprint };
  return (port: number): Ways => ({
    origin: `${scheme}://${listen === undefined ? '127.0.0.1' : addressesOf(listen)[0]}:${port}`,
    ...pinned,
    join:
      address === undefined
        ? addressesOf(listen).map((own) =>
            shownClassAddress({ origin: `${scheme}://${own}:${port}`, code: shownCode(code), ...pinned }),
          )
        : [shownClassAddress({ origin: address, code: shownCode(code), ...pinned })],
  });
}

function namesOf({ allowName, address }: ClassHostOptions): string[] {
  const outside = address === undefined ? [] : [new URL(address).hostname];
  return [hostname(), `${hostname()}.local`, ...allowName, ...outside];
}

/** What was typed counts where a class begins; one that goes on is the class that its learners are in. */
const isOtherThan = (
  { name, lessons: steps }: ClassHostOptions,
  settings: ClassSettings,
  lessons: readonly string[],
): boolean =>
  (name !== undefined && plainLine(name, limits.nameLength) !== settings.name) ||
  (steps !== undefined && lessons.join() !== settings.lessons.join());

const nameOf = ({ name = '' }: ClassHostOptions): string => plainLine(name, limits.nameLength) || ownName();

/**
 * A browser that cannot be started is no reason not to hold a class: the address is on the screen. Everybody on this machine
 * may read a program's arguments, so it is given a ticket: whoever spends it before the browser does is noticed. A private file that leads to the page would be read by nobody else
 * at all, but not by browsers in snaps and containers either, which see no such folder.
 */
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
