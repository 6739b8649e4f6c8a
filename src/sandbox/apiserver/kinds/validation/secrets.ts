import type { Secret } from '../../../../kube/objects.ts';
import type { StatusCause } from '../../../../kube/status.ts';
import { invalidValue, required } from '../../field-errors.ts';

/** What secrets of well-known types must hold. Kubernetes: ValidateSecret. */
export function secretTypeErrors({ type, data = {}, metadata }: Secret): StatusCause[] {
  const missing = (...keys: string[]) =>
    keys.filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required('data[ssh-privatekey]')];
    case 'kubernetes.io/basic-auth':
      return data['username'] === undefined && data['password'] === undefined ? missing('username', 'password') : [];
    case 'kubernetes.io/dockerconfigjson':
      return jsonErrors('.dockerconfigjson', data['.dockerconfigjson']);
    case 'kubernetes.io/dockercfg':
      return jsonErrors('.dockercfg', data['.dockercfg']);
    case 'kubernetes.io/service-account-token': {
      const account = 'kubernetes.io/service-account.name';
      return metadata.annotations?.[account] ? [] : [required(`metadata.annotations[${account}]`)];
    }
    default:
      return [];
  }
}

function jsonErrors(key: string, base64: string | undefined): StatusCause[] {
  if (base64 === undefined) return [required(`data[${key}]`)];
  try {
    JSON.parse(Buffer.from(base64, 'base64').toString());
    return [];
  } catch {
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'invalid character in JSON')];
  }
}
