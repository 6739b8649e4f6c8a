import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import type { Clock } from '../platform/clock.ts';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../platform/files.ts';
import { CertificateAuthority, type KeyPair } from './pki/authority.ts';

/** What a cluster must keep so that a kubeconfig made yesterday works today. Own type of the file `identity.json`. */
interface IdentityFile {
  version: 1;
  authority: KeyPair;
  /** Bearer token of the cluster's user. */
  token: string;
  /** Signs service account tokens; base64. */
  tokenKey: string;
  port: number;
}

/** The cluster's secrets and its port, in one file that only its owner can read. It does not know what they open. */
export class ClusterIdentity {
  readonly authority: CertificateAuthority;
  readonly #path: string;
  #file: IdentityFile;

  private constructor(path: string, file: IdentityFile, authority: CertificateAuthority) {
    this.#path = path;
    this.#file = file;
    this.authority = authority;
  }

  static open(folder: string, clock: Clock): ClusterIdentity {
    ensurePrivateFolder(folder);
    const path = join(folder, 'identity.json');
    const text = readIfThere(path);
    if (text !== undefined) {
      const file = parse(text, path);
      return new ClusterIdentity(path, file, CertificateAuthority.load(clock, file.authority));
    }
    const authority = CertificateAuthority.create(clock, { commonName: 'kubernetes' });
    const file: IdentityFile = {
      version: 1,
      authority: authority.pair(),
      token: randomBytes(32).toString('hex'),
      tokenKey: randomBytes(32).toString('base64'),
      port: 0,
    };
    writeAtomically(path, `${JSON.stringify(file)}\n`);
    return new ClusterIdentity(path, file, authority);
  }

  get token(): string {
    return this.#file.token;
  }

  get tokenKey(): Buffer {
    return Buffer.from(this.#file.tokenKey, 'base64');
  }

  /** Zero until a port was used. */
  get port(): number {
    return this.#file.port;
  }

  keepPort(port: number): void {
    if (port === this.#file.port) return;
    this.#file = { ...this.#file, port };
    writeAtomically(this.#path, `${JSON.stringify(this.#file)}\n`);
  }
}

function parse(text: string, path: string): IdentityFile {
  try {
    const file: IdentityFile = JSON.parse(text);
    if (file.version === 1 && file.token && file.tokenKey && file.authority?.keyPem) return file;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new Fault('sandbox.identity-damaged', {
    what: `The file ${path} does not hold the identity of a cluster.`,
    why: 'Without its authority and token no kubeconfig of this cluster works any more.',
    next: ['Start with a new cluster: meshwalk reset'],
  });
}
