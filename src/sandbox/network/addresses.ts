/** IPv4 arithmetic of the simulated network. */
export function toNumber(ip: string): number | undefined {
  const parts = ip.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** Whether `ip` lies in `cidr` (`10.0.0.0/16`, or a single address). False for anything that is not IPv4. */
export function isInRange(ip: string, cidr: string): boolean {
  const [base, bits = '32'] = cidr.split('/');
  const [address, network, prefix] = [toNumber(ip), toNumber(base ?? ''), Number(bits)];
  if (address === undefined || network === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > 32) {
    return false;
  }
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) === Math.floor(network / size);
}

export const isLoopback = (ip: string): boolean => ip.startsWith('127.');

/** An error as Node's own sockets give it: recognised by `code`. */
export function errnoError(code: string, syscall: string, where: string, remark?: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${syscall} ${code} ${where}${remark ? ` (${remark})` : ''}`);
  error.code = code;
  error.syscall = syscall;
  return error;
}
