import { isJsonObject, type JsonObject, setOwn } from '../../kube/json-value.ts';

/** The texts inside a JSON value, and PEM blocks inside those, also where they are wrapped in base64. Pure. */
type ChangeText = (text: string) => string;

/** A copy in which each text is what `change` makes of it; a text in base64 that holds PEM is shown in the clear. */
export function mapTexts<T>(value: T, change: ChangeText): T {
  return mapped(value, change) as T;
}

function mapped(value: unknown, change: ChangeText): unknown {
  if (typeof value === 'string') return changed(value, change);
  if (Array.isArray(value)) return value.map((one) => mapped(one, change));
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, one] of Object.entries(value)) setOwn(copy, key, mapped(one, change));
  return copy;
}

const base64Run = /[A-Za-z0-9+/]{40,}={0,2}/g;
/** How `-----BEGIN` begins in base64, by where it stands in a group of three bytes. */
const wrappedPem = /LS0tLS1CRUdJT|0tLS0tQkVHSU|tLS0tLUJFR0lO/;

const changed = (text: string, change: ChangeText): string =>
  change(
    text.replaceAll(base64Run, (run) =>
      wrappedPem.test(run)
        ? Buffer.from(changed(Buffer.from(run, 'base64').toString('utf8'), change)).toString('base64')
        : run,
    ),
  );

/** Its line breaks may be written as `\n`, in JSON inside a text. */
const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

export interface PemBlock {
  label: string;
  /** With real line breaks. */
  pem: string;
}

export function mapPem(text: string, change: (block: PemBlock) => string): string {
  if (!text.includes('-----BEGIN ')) return text;
  return text.replace(block, (written: string, label: string) => {
    const isEscaped = written.includes('\\n');
    const made = change({ label, pem: isEscaped ? written.replaceAll('\\n', '\n') : written });
    return isEscaped ? made.replaceAll('\n', '\\n') : made;
  });
}
