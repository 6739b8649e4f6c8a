/** What HTTP allows in a head (RFC 9110, 5.5 and 5.6.2), and how other text gets there. Pure. */

/** Methods and the names of headers. */
export const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);

/** The value of a header, each character a byte. */
export const isFieldValue = (bytes: string): boolean => !/[^\t\x20-\x7e\x80-\xff]/.test(bytes);

/**
 * The URL that a request asks for. Two slashes at its beginning are part of the path, where a base would take them for a
 * host; and a target that is no URL (`http://[`, which Node's parser lets in) is a path that nobody has.
 */
export function requestUrl(target = '/', host = 'localhost'): URL {
  if (!target.startsWith('/')) return URL.parse(target, `http://${host}`) ?? new URL(`http://localhost/${target}`);
  return URL.parse(`http://${host}${target}`) ?? new URL(`http://localhost${target}`);
}

/** A path that somebody wrote, as a request may carry it. Go's url.URL encodes it the same. */
export const requestPath = (path: string): string =>
  Buffer.from(path)
    .toString('latin1')
    .replaceAll(/[^\x21-\x7e]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
