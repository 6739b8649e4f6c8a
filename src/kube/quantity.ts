const suffixes: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** `100m`, `128Mi`, `1.5`, `2e3` as a number of cores, bytes or things. Undefined when it is not a quantity. */
export function parseQuantity(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) ? text : undefined;
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, digits = '', exponent = '', suffix = ''] = match;
  return Number(`${digits}${exponent}`) * (suffixes[suffix] ?? 1);
}

const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/**
 * The form in which Kubernetes writes a quantity (resource.Quantity.CanonicalizeBytes): no fraction, the largest suffix
 * that needs none: `0.5` is `500m`, `1000Mi` stays. With an exponent, and where it is none, the text as it is.
 */
export function canonicalQuantity(text: string | number): string {
  const [, digits, exponent, suffix = ''] = pattern.exec(String(text)) ?? [];
  if (digits === undefined || exponent !== undefined) return String(text);
  const suffixesOfKind = suffix.endsWith('i') ? binarySuffixes : decimalSuffixes;
  const step = suffix.endsWith('i') ? 1024 : 1000;
  let amount = Number(digits);
  let index = suffixesOfKind.indexOf(suffix);
  while (!Number.isInteger(amount) && index > 0) {
    // Rounded where a decimal fraction is not exact in binary: 0.3 is 300m and not 299.9999.
    amount = Number((amount * step).toPrecision(15));
    index -= 1;
  }
  while (amount !== 0 && amount % step === 0 && index < suffixesOfKind.length - 1) {
    amount /= step;
    index += 1;
  }
  return `${Math.ceil(amount)}${suffixesOfKind[index]}`;
}

/** What is wrong with a text that is no quantity. Kubernetes: resource.ErrSuffix, ErrFormatWrong. */
export const quantityMistake = (text: string): string =>
  /^[+-]?\d+\.?\d*[eEinumkKMGTP]+[-+]?\d*$/.test(text) ? "unable to parse quantity's suffix" : quantityRule;

const quantityRule = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
