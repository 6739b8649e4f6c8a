import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
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

  /** Made anew where there is none, and where it is damaged: the objects outlive their keys. */
  static open(folder: string, clock: Clock, onDamaged: (keptAs: string) => void = () => {}): ClusterIdentity {
    ensurePrivateFolder(folder);
    const path = join(folder, 'identity.json');
    const text = readIfThere(path);
    if (text !== undefined) {
      const found = load(text, clock);
      if (found) return new ClusterIdentity(path, found.file, found.authority);
      const keptAs = `${path}.corrupt-${clock.now()}`;
      renameSync(path, keptAs);
      onDamaged(keptAs);
    }
    const authority = CertificateAuthority.create(clock, { commonName: 'kubernetes' });
    const file = keep(path, { authority: authority.pair(), port: 0 });
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

/** For a cluster that comes from elsewhere: a new token under an authority that its objects name. Answers the token. */
export const keepIdentity = (folder: string, { authority, port }: Pick<IdentityFile, 'authority' | 'port'>): string =>
  keep(join(folder, 'identity.json'), { authority, port }).token;

function keep(path: string, { authority, port }: Pick<IdentityFile, 'authority' | 'port'>): IdentityFile {
  const file: IdentityFile = {
    version: 1,
    authority,
    token: randomBytes(32).toString('hex'),
    tokenKey: randomBytes(32).toString('base64'),
    port,
  };
  writeAtomically(path, `${JSON.stringify(file)}\n`);
  return file;
}

/** Undefined when the text holds no identity; the authority's own reading of its PEM says what is wrong by throwing. */
function load(text: string, clock: Clock): { file: IdentityFile; authority: CertificateAuthority } | undefined {
  try {
    const file: IdentityFile = JSON.parse(text);
    if (file.version !== 1 || !file.token || !file.tokenKey) return undefined;
    return { file, authority: CertificateAuthority.load(clock, file.authority) };
  } catch {
    return undefined;
  }
}
