/** Reads DER as far as certificates and requests need it: tags, lengths, children. Knows no certificates. */
export interface DerNode {
  tag: number;
  /** With tag and length. */
  bytes: Buffer;
  content: Buffer;
}

export class DerError extends Error {
  override readonly name = 'DerError';
}

/** One element at the start of `bytes`; what follows it is left alone. Throws DerError on what is no DER. */
export function readDer(bytes: Buffer): DerNode {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError('the data ends too early');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4 || first === 0x80) throw new DerError('the length of an element cannot be read');
  const start = 2 + lengthBytes;
  let length = lengthBytes === 0 ? first : 0;
  for (const byte of bytes.subarray(2, start)) length = length * 256 + byte;
  if (bytes.length < start + length) throw new DerError('the data ends too early');
  return { tag, bytes: bytes.subarray(0, start + length), content: bytes.subarray(start, start + length) };
}

export function childrenOf({ content }: DerNode): DerNode[] {
  const children: DerNode[] = [];
  for (let rest = content; rest.length > 0; ) {
    const child = readDer(rest);
    children.push(child);
    rest = rest.subarray(child.bytes.length);
  }
  return children;
}

/** The child at a place; throws DerError where there is none. */
export function child(node: DerNode, index: number): DerNode {
  const found = childrenOf(node)[index];
  if (!found) throw new DerError('an element is missing');
  return found;
}
