import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../../src/platform/clock.ts';
import { inspectRequestLine } from '../../../../src/sandbox/mesh/http-inspector.ts';
import { Bucket } from '../../../../src/sandbox/mesh/local-rate-limit.ts';

const taken = (bucket: Bucket, tries: number) =>
  Array.from({ length: tries }, () => bucket.take()).filter(Boolean).length;

describe('a token bucket', () => {
  const config = { maxTokens: 5, tokensPerFill: 2, fillIntervalMs: 1000 };

  it('is full at first: requests plus burst', () => {
    expect(taken(new Bucket(config, new SteppedClock()), 10)).toBe(5);
  });

  it('gets whole fills back at each interval since the beginning, never a part of one', async () => {
    const clock = new SteppedClock();
    const bucket = new Bucket(config, clock);
    taken(bucket, 5);
    await clock.step(999);
    expect(taken(bucket, 10)).toBe(0);
    await clock.step(1);
    expect(taken(bucket, 10)).toBe(2);
    await clock.step(1500);
    expect(taken(bucket, 10)).toBe(2);
    await clock.step(500);
    expect(taken(bucket, 10)).toBe(2);
  });

  it('never holds more than it can', async () => {
    const clock = new SteppedClock();
    const bucket = new Bucket(config, clock);
    await clock.step(60_000);
    expect(taken(bucket, 10)).toBe(5);
  });
});

describe('the HTTP inspector', () => {
  const inspect = (text: string) => inspectRequestLine(Buffer.from(text));

  it('tells the version from the first line', () => {
    expect(inspect('GET / HTTP/1.1\r\nHost: x')).toEqual({ status: 'http', protocol: 'http/1.1' });
    expect(inspect('POST /a HTTP/1.0\n')).toEqual({ status: 'http', protocol: 'http/1.0' });
    expect(inspect('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')).toEqual({ status: 'http', protocol: 'h2c' });
  });

  it('waits while the line may still become one, and no longer', () => {
    for (const begun of ['G', 'GET', 'GET ', 'GET /a', 'GET /a HT', 'GET /a HTTP/1.1', 'GET /a HTTP/1.1\r']) {
      expect(inspect(begun)).toEqual({ status: 'more' });
    }
    for (const other of ['hello', 'get / HTTP/1.1\n', '\x00\x01', 'GET / SPDY', 'GET /\r\n', 'A'.repeat(9000)]) {
      expect(inspect(other)).toEqual({ status: 'other' });
    }
  });
});
