import { faultOf } from '../../fault.ts';

/** What a host shows and a learner types: where the class is, its join code, and the fingerprint of its own certificate. Pure. */
export interface ClassAddress {
  /** `http://192.168.1.20:7070` */
  origin: string;
  code?: string;
  /** The first half of the sha256 of the certificate, in hex: whom TLS must be spoken with. */
  fingerprint?: string;
}

const classPort = 7070;

/** `192.168.1.20:7070/#K7QX-2MPD`, with `https://` and `/<fingerprint>` at the end where the class has its own certificate. */
export function readClassAddress(typed: string): ClassAddress {
  const [place = '', secret = ''] = typed.trim().split('#', 2);
  const hasScheme = /^https?:\/\//i.test(place);
  const [code = '', fingerprint = ''] = secret.split('/', 2);
  try {
    const url = new URL(hasScheme ? place : `http://${place}`);
    if (url.hostname === '' || url.username !== '' || url.search !== '') throw faultOf('class.address', typed);
    if (!hasScheme && url.port === '') url.port = String(classPort);
    const isWhole = /^[0-9A-Za-z -]{0,32}$/.test(code) && /^([0-9a-f]{32})?$/i.test(fingerprint);
    if (!isWhole || (fingerprint !== '' && url.protocol !== 'https:')) throw faultOf('class.address', typed);
    return {
      origin: url.origin,
      ...(code !== '' && { code }),
      ...(fingerprint !== '' && { fingerprint: fingerprint.toLowerCase() }),
    };
  } catch (error) {
    throw error instanceof TypeError ? faultOf('class.address', typed) : error;
  }
}

export const shownClassAddress = ({ origin, code, fingerprint }: ClassAddress): string =>
  `${origin.replace(/^http:\/\//, '')}/${code ? `#${code}` : ''}${fingerprint ? `/${fingerprint}` : ''}`;
