import { describe, expect, it } from 'vitest';
import { requestUrl } from '../../../src/sandbox/network/http-fields.ts';

describe('the URL that a request asks for', () => {
  const pathOf = (target: string, host?: string) => requestUrl(target, host).pathname;

  it('is the path as it came, also where it begins with two slashes', () => {
    expect(pathOf('/stats?format=json')).toBe('/stats');
    expect(requestUrl('/stats?format=json').search).toBe('?format=json');
    expect([pathOf('//'), pathOf('//ready'), pathOf('///a')]).toEqual(['//', '//ready', '///a']);
  });

  it("is the whole URL's where a proxy's form of it came", () => {
    expect(requestUrl('http://shop.example/a?b').href).toBe('http://shop.example/a?b');
    expect(pathOf('*')).toBe('/*');
  });

  it('never throws: what is no URL is a path that nobody has, and a host that is none changes no path', () => {
    for (const target of ['http://', 'http://[', 'http://%', 'https://x:99999/'])
      expect(pathOf(target)).toBe(`/${target}`);
    expect(pathOf('/ready', '[')).toBe('/ready');
  });
});
