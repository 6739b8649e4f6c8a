import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { faultOf } from '../../fault.ts';
import type { Clock } from '../../platform/clock.ts';
import { ensurePrivateFolder, readIfThere, writeAtomically } from '../../platform/files.ts';
import { CertificateAuthority, type KeyPair } from '../pki/authority.ts';

/**
 * The sandbox's folder: where each thing lies, its format version, and the keys that outlive a process. It does not know
 * what clusters or Azure keep in their files.
 */
export interface SandboxPaths {
  folder: string;
  /** Who runs here and how to reach it; rewritten at each start. */
  description: string;
  bin: string;
  /** AZURE_CONFIG_DIR of commands. */
  azureConfig: string;
  /** What a reset deletes. */
  state: string;
  azureState: string;
  clusters: string;
  secrets: string;
  /** What was kept to come back to; a reset of the cluster leaves it. */
  snapshots: string;
  /** There while a snapshot is being put back. */
  restoring: string;
}

export const formatVersion = 1;

export function sandboxPaths(folder: string): SandboxPaths {
  const state = join(folder, 'state');
  return {
    folder,
    description: join(folder, 'sandbox.json'),
    bin: join(folder, 'bin'),
    azureConfig: join(folder, 'azure'),
    state,
    azureState: join(state, 'azure.json'),
    clusters: join(state, 'clusters'),
    secrets: join(folder, 'secrets.json'),
    snapshots: join(folder, 'snapshots'),
    restoring: join(folder, 'restoring.json'),
  };
}

/** Of one cluster, below `clusters`. Azure's names may hold characters that a file system reads its own way. */
export const clusterFolder = (id: string): string =>
  id
    .split('/')
    .map((part) => `_${encodeURIComponent(part)}`)
    .join('/');

/** The id that a folder was named after. */
export const clusterOf = (folder: string): string =>
  folder
    .split('/')
    .map((part) => decodeURIComponent(part.slice(1)))
    .join('/');

/** Makes what is missing; refuses a folder that a newer program wrote. */
export function openFolder(folder: string): SandboxPaths {
  const paths = sandboxPaths(folder);
  for (const path of [paths.folder, paths.bin, paths.azureConfig, paths.state, paths.clusters])
    ensurePrivateFolder(path);
  const formatPath = join(folder, 'format');
  const found = readIfThere(formatPath)?.trim();
  if (found === undefined) writeAtomically(formatPath, `${formatVersion}\n`);
  else if (found !== String(formatVersion)) throw faultOf('sandbox.format', folder, found, formatVersion);
  return paths;
}

export interface Secrets {
  authority: CertificateAuthority;
  /** Bearer token of Resource Manager. */
  azureToken: string;
}

interface SecretsFile {
  authority: KeyPair;
  azureToken: string;
}

/** Kept over restarts: an authority and a token that commands of a former run still hold. Damaged ones are made anew. */
export function openSecrets(paths: SandboxPaths, clock: Clock, notice: (sentence: string) => void): Secrets {
  const text = readIfThere(paths.secrets);
  if (text !== undefined) {
    try {
      const { authority, azureToken } = JSON.parse(text) as SecretsFile;
      if (typeof azureToken === 'string' && azureToken !== '')
        return { authority: CertificateAuthority.load(clock, authority), azureToken };
    } catch {
      // Told below, like a file without a token.
    }
    const aside = `${paths.secrets}.corrupt-${clock.now()}`;
    renameSync(paths.secrets, aside);
    notice(`The sandbox's keys could not be read and were set aside as ${aside}; new ones were made.`);
  }
  const authority = CertificateAuthority.create(clock, { commonName: 'meshwalk sandbox', organization: 'meshwalk' });
  const azureToken = randomBytes(32).toString('base64url');
  const file: SecretsFile = { authority: authority.pair(), azureToken };
  writeAtomically(paths.secrets, JSON.stringify(file));
  return { authority, azureToken };
}
