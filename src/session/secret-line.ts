/**
 * Whether a line that was typed looks as if it held a secret; such lines are not kept. The rule, as the help says it: a
 * line that begins with a blank, one that gives a value to something named password, token, secret, credential or key, one
 * with an Authorization header, and one with something as long and as mixed as a key. Kinds and names of Secrets are none.
 */
const named =
  /(?:password|passwd|pwd|token|secret|credential|api[-_]?key|access[-_]?key|private[-_]?key)["']?\s*[=:]\s*\S/i;
const flagged = /--?(?:password|passwd|token|client-secret|secret-value)[= ]+\S/i;
const header = /authorization:\s*\S/i;
/** JSON web tokens, keys of GitHub, AWS and Azure storage, PEM. */
const known = /\beyJ[\w-]{10,}\.|\bgh[pousr]_\w{20,}|\bAKIA[0-9A-Z]{16}\b|AccountKey=|-----BEGIN [A-Z ]*PRIVATE KEY/;
const long = /[A-Za-z0-9+/_-]{40,}={0,2}/g;

export function looksSecret(line: string): boolean {
  if (/^\s/.test(line)) return true;
  return (
    named.test(line) ||
    flagged.test(line) ||
    header.test(line) ||
    known.test(line) ||
    (line.match(long) ?? []).some(isMixed)
  );
}

/** Paths and names of objects are words; a key mixes cases and digits without any. */
const isMixed = (word: string): boolean =>
  /[a-z]/.test(word) && /[A-Z]/.test(word) && (word.match(/\d/g)?.length ?? 0) >= 4 && !/\/[a-z-]{3,}\//.test(word);
