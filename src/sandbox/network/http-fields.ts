/** What HTTP allows in a head (RFC 9110, 5.5 and 5.6.2). Pure. */

/** Methods and the names of headers. */
export const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);

/** The value of a header, each character a byte. */
export const isFieldValue = (bytes: string): boolean => !/[^\t\x20-\x7e\x80-\xff]/.test(bytes);
