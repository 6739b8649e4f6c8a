import { createSecureContext, DEFAULT_CIPHERS, type SecureContextOptions } from 'node:tls';
import type { TlsProtocol, TlsVersion } from './proxy-config.ts';

/** How a TLS context of the configuration is said to node:tls. It knows neither certificates nor peers. */
type Role = 'client' | 'server';
type Version = Exclude<TlsVersion, 'auto'>;

/** Envoy (common.proto, TlsParameters): TLS_AUTO. */
const automatic: Readonly<Record<Role, { min: Version; max: Version }>> = {
  client: { min: 'TLSv1.2', max: 'TLSv1.2' },
  server: { min: 'TLSv1.2', max: 'TLSv1.3' },
};

const order: readonly Version[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const isOlderThan = (version: Version, other: Version) => order.indexOf(version) < order.indexOf(other);
const suitesOfTls13 = DEFAULT_CIPHERS.split(':').filter((name) => name.startsWith('TLS_'));
/** OpenSSL allows the hashes of TLS 1.1 and older only so. */
const weakest = '@SECLEVEL=0';

/** `[a|b]` names suites that are as good as each other, which OpenSSL can only take one after the other. */
const suitesOf = (names: readonly string[]) => names.flatMap((name) => name.replace(/^\[(.*)\]$/, '$1').split('|'));

export function tlsOptions({ minVersion, maxVersion, cipherSuites, ecdhCurves }: TlsProtocol, role: Role) {
  const { min, max } = automatic[role];
  const lowest = minVersion === 'auto' ? min : minVersion;
  const options: SecureContextOptions = {
    minVersion: lowest,
    maxVersion: maxVersion === 'auto' ? max : maxVersion,
    ...(ecdhCurves ? { ecdhCurve: ecdhCurves.join(':') } : {}),
  };
  const wanted = cipherSuites && [...suitesOf(cipherSuites), ...suitesOfTls13].join(':');
  const ciphers = isOlderThan(lowest, 'TLSv1.2') ? `${wanted ?? DEFAULT_CIPHERS}:${weakest}` : wanted;
  return ciphers === undefined ? options : { ...options, ciphers };
}

/** Why no context can be made of this, in Envoy's words; undefined when it can. */
export function whyTlsRejected({ cipherSuites = [], ecdhCurves = [] }: TlsProtocol): string | undefined {
  const unknown = suitesOf(cipherSuites).filter((ciphers) => !isTaken({ ciphers }));
  if (unknown.length > 0) {
    return `Failed to initialize cipher suites ${cipherSuites.join(':')}. The following ciphers were rejected when tried individually: ${unknown.join(', ')}`;
  }
  if (ecdhCurves.length > 0 && !isTaken({ ecdhCurve: ecdhCurves.join(':') })) {
    return `Failed to initialize ECDH curves ${ecdhCurves.join(':')}`;
  }
  return undefined;
}

function isTaken(options: SecureContextOptions): boolean {
  // The suites of TLS 1.3 are not for choosing (BoringSSL).
  if (options.ciphers?.startsWith('TLS_')) return false;
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
