import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { readClassAddress, shownClassAddress } from '../../src/classroom/link/class-address.ts';
import { fingerprintOf } from '../../src/classroom/link/fingerprint.ts';
import { Fault } from '../../src/fault.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { CertificateAuthority } from '../../src/sandbox/pki/authority.ts';
import { tempFolders, until } from '../platform/temp-folder.ts';
import { code, hostClass, passed, started } from './class-host.ts';
import { PlayedLearner } from './played-learners.ts';

const tempFolder = tempFolders();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
const kept = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};
function played(name: string, origin: string, fingerprint?: string): PlayedLearner {
  const learner = new PlayedLearner(name, { origin, ...(fingerprint && { fingerprint }) }, code, 1);
  kept({ close: () => learner.link.close() });
  return learner;
}

describe("the learner's link", () => {
  it('sends what happened before, while and after the class was away, each once and in order', async () => {
    const folder = tempFolder();
    const first = await hostClass(folder);
    const { port } = first.server;
    const ada = played('Ada', `http://127.0.0.1:${port}`);
    for (let count = 0; count < 250; count += 1) ada.journal.append(started(`task-${count}`));
    await until(() => ada.acknowledged === 250);
    await first.close();
    ada.journal.append(started('away'));
    await until(() => ada.state.connection === 'offline' && ada.state.unsent === 1);
    const second = kept(await hostClass(folder, { port }));
    await until(() => ada.acknowledged === 251);
    ada.restart();
    ada.journal.append(passed('away'));
    await until(() => ada.acknowledged === 252);
    const numbers: number[] = [];
    for await (const events of second.classroom.read())
      for (const { origin, record } of events) if (record.type === 'progressed') numbers.push(origin?.number ?? 0);
    expect(numbers).toEqual(Array.from({ length: 252 }, (_, index) => index + 1));
  });

  it('sends no words of the system with it', async () => {
    const host = kept(await hostClass(tempFolder()));
    const ada = played('Ada', `http://127.0.0.1:${host.server.port}`);
    const end = { type: 'not-started', reason: '/home/ada/secret is no program' } as const;
    ada.journal.append({ type: 'command-ended', lesson: 'first', task: 'begin', command: 'x', end });
    await until(() => ada.acknowledged === 1);
    for await (const events of host.classroom.read()) expect(JSON.stringify(events)).not.toContain('secret');
  });

  it('raises a hand that was raised while the class was away', async () => {
    const folder = tempFolder();
    const first = await hostClass(folder);
    const { port } = first.server;
    const ada = played('Ada', `http://127.0.0.1:${port}`);
    await until(() => ada.state.class !== undefined);
    await first.close();
    await until(() => ada.state.connection === 'offline');
    ada.link.raiseHand(true);
    kept(await hostClass(folder, { port }));
    await until(() => ada.state.class?.hand === 1);
    expect(ada.state.class?.name).toBe('Tuesday');
  });

  it('stops at a class that has more of the journal than there is', async () => {
    const host = kept(await hostClass(tempFolder()));
    const ada = played('Ada', `http://127.0.0.1:${host.server.port}`);
    ada.journal.append(started('begin'));
    await until(() => ada.acknowledged === 1);
    ada.journal.entries.length = 0;
    ada.restart();
    await until(() => ada.state.connection === 'refused');
    expect(ada.state.refusal).toBe('journal');
  });

  it('speaks with the one certificate that the address names, and with no other', async () => {
    const authority = CertificateAuthority.create(systemClock, { commonName: 'class' });
    const { certPem, keyPem } = authority.issue({ commonName: 'host', ipAddresses: ['127.0.0.1'], validityMs: 60_000 });
    const host = kept(await hostClass(tempFolder(), { tls: { key: keyPem, cert: certPem } }));
    const origin = `https://127.0.0.1:${host.server.port}`;
    const ada = played('Ada', origin, fingerprintOf(new X509Certificate(certPem).raw));
    await until(() => ada.state.connection === 'online');
    const eve = played('Eve', origin, '0'.repeat(32));
    await until(() => eve.state.connection === 'wrong-certificate');
    expect(host.classroom.roster.size).toBe(1);
  });
});

describe('the address of a class', () => {
  it('is read as the host shows it, and as people type it', () => {
    expect(readClassAddress('192.168.1.20:7070/#K7QX-2MPD')).toEqual({
      origin: 'http://192.168.1.20:7070',
      code: 'K7QX-2MPD',
    });
    expect(readClassAddress('192.168.1.20#k7qx2mpd')).toMatchObject({ origin: 'http://192.168.1.20:7070' });
    expect(readClassAddress('https://class.example/#K7QX-2MPD').origin).toBe('https://class.example');
    expect(readClassAddress('[::1]:7071')).toEqual({ origin: 'http://[::1]:7071' });
    const pinned = { origin: 'https://10.0.0.1:7070', code: 'K7QX-2MPD', fingerprint: 'a'.repeat(32) };
    expect(readClassAddress(shownClassAddress(pinned))).toEqual(pinned);
  });

  it('is refused when it is something else', () => {
    for (const typed of [
      '',
      'http://',
      'a b',
      'x/#K7QX/abc',
      '10.0.0.1:99999',
      'x/#<script>',
      `x/#C/${'a'.repeat(32)}`,
    ]) {
      expect(() => readClassAddress(typed), typed).toThrow(Fault);
    }
  });
});
