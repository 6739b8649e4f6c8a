import { canonicalJson } from './json-value.ts';

// No vowels, so that no word can appear by chance. Kubernetes: k8s.io/apimachinery/pkg/util/rand
const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** The five characters that generateName adds. */
export function randomSuffix(random: { next(): number }, length = 5): string {
  let suffix = '';
  while (suffix.length < length) suffix += safeAlphabet[Math.floor(random.next() * safeAlphabet.length)];
  return suffix;
}

/** FNV-1a, 32 bits, over the UTF-8 bytes of a text. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Replaces each character by one of the safe alphabet. Kubernetes: rand.SafeEncodeString */
export function safeEncode(text: string): string {
  return [...text].map((char) => safeAlphabet[char.charCodeAt(0) % safeAlphabet.length]).join('');
}

/**
 * The pod-template-hash of a pod template: equal templates, equal hash. A collision count gives another one.
 * Kubernetes hashes Go's dump of the struct; ours hashes canonical JSON, so values differ from a real cluster's.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  const salt = collisionCount === undefined ? '' : `#${collisionCount}`;
  return safeEncode(String(fnv32a(canonicalJson(template) + salt)));
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const label1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);

/** What is wrong with a name, in Kubernetes' words; undefined when nothing is. The two blanks before `or` are upstream's. */
export type NameRule = (name: string) => string | undefined;

const tooLong = (limit: number) => `must be no more than ${limit} bytes`;

export const dnsLabel: NameRule = (name) => {
  if (name.length > 63) return tooLong(63);
  if (labelPattern.test(name)) return undefined;
  return `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`;
};

export const dns1035Label: NameRule = (name) => {
  if (name.length > 63) return tooLong(63);
  if (label1035Pattern.test(name)) return undefined;
  return `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')`;
};

export const dnsSubdomain: NameRule = (name) => {
  if (name.length > 253) return tooLong(253);
  if (subdomainPattern.test(name)) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${label}(\\.${label})*')`;
};

/** Names that only have to fit into a URL path (roles, bindings). */
export const pathSegment: NameRule = (name) => {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  const bad = ['/', '%'].find((char) => name.includes(char));
  return bad === undefined ? undefined : `may not contain '${bad}'`;
};

const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const qualifiedNamePattern = new RegExp(`^${qualifiedName}$`);

/** Keys of labels and annotations: `[prefix/]name`. */
export const labelKey: NameRule = (key) => {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const consist = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}')`;
  if (more.length > 0) {
    return `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedName}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  if (prefix === '') return 'prefix part must be non-empty';
  const wrongPrefix = prefix === undefined ? undefined : dnsSubdomain(prefix);
  if (wrongPrefix) return `prefix part ${wrongPrefix}`;
  if (name === '') return `name part must be non-empty; ${consist}`;
  if (name.length > 63) return `name part ${tooLong(63)}`;
  return qualifiedNamePattern.test(name) ? undefined : consist;
};

export const labelValue: NameRule = (value) => {
  if (value.length > 63) return tooLong(63);
  if (value === '' || qualifiedNamePattern.test(value)) return undefined;
  return `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${qualifiedName})?')`;
};

/** Names of container ports, and ports given by name. Kubernetes: IsValidPortName, its first complaint. */
export const portName: NameRule = (name) => {
  if (name.length > 15) return 'must be no more than 15 characters';
  if (!/^[-a-z0-9]+$/.test(name)) {
    return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  }
  if (!/[a-z]/.test(name)) return 'must contain at least one letter (a-z)';
  if (name.includes('--')) return 'must not contain consecutive hyphens';
  return /^-|-$/.test(name) ? 'must not begin or end with a hyphen' : undefined;
};

/** Kubernetes 1.32 and later take nearly everything (RelaxedEnvironmentVariableValidation). */
export const environmentName: NameRule = (name) =>
  /^[\x20-\x3c\x3e-\x7e]+$/.test(name)
    ? undefined
    : "a valid environment variable name must consist only of printable ASCII characters other than '='";

/** Keys of config maps and secrets. */
export const configKey: NameRule = (key) => {
  if (key.length > 253) return tooLong(253);
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  }
  if (key === '.' || key === '..') return `must not be '${key}'`;
  return key.startsWith('..') ? "must not start with '..'" : undefined;
};
