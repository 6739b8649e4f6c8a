import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/kube/status.ts';
import { decodeProtobuf } from '../../../src/sandbox/apiserver/protobuf/decode.ts';
import { kindMessages, messageFields } from '../../../src/sandbox/apiserver/protobuf/messages.ts';

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)]);
const bytes = (number: number, value: Buffer | string): Buffer => {
  const body = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(body.length)]), body]);
};
const number = (field: number, value: number) => Buffer.from([...varint(field << 3), ...varint(value)]);
const message = (field: number, ...parts: Buffer[]) => bytes(field, Buffer.concat(parts));

const envelope = (apiVersion: string, kind: string, ...raw: Buffer[]) =>
  Buffer.concat([Buffer.from('k8s\0'), message(1, bytes(1, apiVersion), bytes(2, kind)), message(2, ...raw)]);

describe('protobuf request bodies', () => {
  it('zeros of pointers stay, zeros of plain fields go, empty times go', () => {
    const body = envelope(
      'apps/v1',
      'Deployment',
      message(1, bytes(1, 'web'), bytes(2, ''), message(8), message(11, bytes(1, 'app'), bytes(2, 'web'))),
      message(2, number(1, 0), message(4, bytes(1, '')), number(5, 0), number(7, 0)),
    );
    expect(decodeProtobuf(body)).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: { replicas: 0 },
    });
  });

  it('what JSON inlines is inlined, quantities and ports take their JSON form', () => {
    const port = message(2, message(2, number(1, 1), number(2, 0), bytes(3, 'web')));
    const container = message(
      2,
      bytes(1, 'app'),
      message(8, message(2, bytes(1, 'cpu'), message(2, bytes(1, '500m')))),
      message(10, message(1, port), number(2, 3)),
    );
    const volume = message(1, bytes(1, 'tmp'), message(2, message(2)));
    const body = envelope('v1', 'Pod', message(2, volume, container));
    expect(decodeProtobuf(body)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        volumes: [{ name: 'tmp', emptyDir: {} }],
        containers: [
          {
            name: 'app',
            resources: { requests: { cpu: '500m' } },
            livenessProbe: { httpGet: { port: 'web' }, initialDelaySeconds: 3 },
          },
        ],
      },
    });
  });

  it('a key __proto__ is data', () => {
    const body = envelope('v1', 'ConfigMap', message(2, bytes(1, '__proto__'), bytes(2, 'x')));
    expect(Object.keys(decodeProtobuf(body)['data'] as object)).toEqual(['__proto__']);
  });

  it('what is no protobuf, cut short or of an unknown kind is a 400', () => {
    const whole = envelope('v1', 'ConfigMap', message(1, bytes(1, 'x')));
    for (const wrong of [Buffer.from('{}'), whole.subarray(0, -1), envelope('v1', 'Nonsense')]) {
      const attempt = () => decodeProtobuf(wrong);
      expect(attempt).toThrow(StatusError);
      expect(attempt).toThrow(expect.objectContaining({ code: 400 }));
    }
  });

  it('every message that a field names is in the table', () => {
    const plain = new Set(['s', 'b', 'i', 'd', 'y', 'time', 'quantity', 'intstr', 'raw', 'extra']);
    const named = Object.values(messageFields)
      .flatMap((fields) => fields.split(' '))
      .map((field) => (field.split(':')[2] ?? 's').replaceAll(/[*%?]/g, ''))
      .filter((type) => !plain.has(type));
    const missing = [...named, ...Object.values(kindMessages)].filter((type) => messageFields[type] === undefined);
    expect([...new Set(missing)]).toEqual([]);
  });
});
