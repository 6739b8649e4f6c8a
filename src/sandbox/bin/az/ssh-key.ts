import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Invocation } from './command.ts';
import { AzError } from './errors.ts';

/**
 * The rule of `az aks create`: an RSA public key from --ssh-key-value or ~/.ssh/id_rsa.pub, else one is made if asked.
 * A key that the sandbox makes lies in its own folder; the learner's ~/.ssh is read, never written.
 */
const missing =
  'An RSA key file or key value must be supplied to SSH Key Value. You can use --generate-ssh-keys to let CLI generate one for you';
const rsaKey = /^ssh-rsa\s+[A-Za-z0-9+/=]+/;

function lengthPrefixed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** RFC 4253 6.6: "ssh-rsa", e, n; integers with a leading zero byte where the high bit is set. */
function openSshPublicKey(key: KeyObject): string {
  const { e = '', n = '' } = key.export({ format: 'jwk' });
  const integer = (text: string) => {
    const bytes = Buffer.from(text, 'base64url');
    return lengthPrefixed((bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
  };
  const blob = Buffer.concat([lengthPrefixed(Buffer.from('ssh-rsa')), integer(e), integer(n)]);
  return `ssh-rsa ${blob.toString('base64')}`;
}

function generate(folder: string, warn: (text: string) => void): string {
  const [privatePath, publicPath] = [join(folder, 'id_rsa'), join(folder, 'id_rsa.pub')];
  if (existsSync(publicPath)) return readFileSync(publicPath, 'utf8').trim();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const text = openSshPublicKey(publicKey);
  writeFileSync(privatePath, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  writeFileSync(publicPath, `${text}\n`, { mode: 0o644 });
  warn(
    `SSH key files '${privatePath}' and '${publicPath}' have been generated under ${folder} to allow SSH access to the VM. If using machines without permanent storage like Azure Cloud Shell without an attached file share, back up your keys to a safe location`,
  );
  return text;
}

/** Undefined with --no-ssh-key. */
export function sshPublicKey({ io, text, isOn }: Invocation): string | undefined {
  if (isOn('noSshKey')) return undefined;
  const given = text('sshKeyValue');
  const path = given || join(io.env['HOME'] || homedir(), '.ssh', 'id_rsa.pub');
  if (existsSync(path)) {
    const content = readFileSync(path, 'utf8').trim();
    if (rsaKey.test(content)) return content;
    if (!isOn('generateSshKeys')) throw new AzError(missing);
  } else if (rsaKey.test(given)) {
    return given;
  }
  if (!isOn('generateSshKeys') || given !== '') throw new AzError(missing);
  return generate(join(io.env['AZURE_CONFIG_DIR'] ?? '', 'ssh'), io.warn);
}
