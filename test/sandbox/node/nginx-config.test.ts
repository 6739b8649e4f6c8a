import { describe, expect, it } from 'vitest';
import { NginxConfigError, parseNginxConfig } from '../../../src/sandbox/node/images/nginx-config.ts';

const file = '/etc/nginx/conf.d/default.conf';
const parse = (text: string) => parseNginxConfig(text, file);
const refusal = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof NginxConfigError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('the configuration language of the image nginx', () => {
  it('reads servers, names, locations and where they lead', () => {
    const [server] = parse(`
      # a comment; with { braces }
      http { server {
        listen 0.0.0.0:8080; server_name shop.example.com "*.quoted";
        location / { proxy_pass http://store.shop:14001; proxy_set_header Host $http_host; }
        location /api/ { proxy_pass https://store.shop/v1/; proxy_ssl_server_name on; }
        location /health { return 200 "fine"; }
      } }`);
    expect(server).toMatchObject({ port: 8080, names: ['shop.example.com', '*.quoted'] });
    expect(server?.locations).toMatchObject([
      {
        prefix: '/',
        action: {
          proxy: { secure: false, host: 'store.shop', port: 14001, path: undefined, headers: [['Host', '$http_host']] },
        },
      },
      { prefix: '/api/', action: { proxy: { secure: true, port: 443, path: '/v1/', tls: { sendName: true } } } },
      { prefix: '/health', action: { type: 'return', status: 200, text: 'fine' } },
    ]);
  });

  it('what stands beside the locations holds in each of them', () => {
    const [server] = parse(
      'server { proxy_ssl_verify on; proxy_ssl_name a.b; location / { proxy_pass https://x; } location /y { proxy_pass https://y; } }',
    );
    for (const { action } of server?.locations ?? []) {
      expect(action).toMatchObject({ proxy: { tls: { verify: true, name: 'a.b' } } });
    }
  });

  it('refuses what it does not know, with the line', () => {
    expect(refusal('server {\n  gzip on;\n}')).toContain(`unknown directive "gzip" in ${file}:2`);
    expect(refusal('server { location / { root /srv; } }')).toContain('neither proxy_pass nor return');
    expect(refusal('server { location / { proxy_pass http://x; proxy_buffering off; } }')).toContain('proxy_buffering');
    expect(refusal('server { location / { proxy_pass http://x; proxy_http_version 1.0; } }')).toContain(
      'invalid value "1.0" in "proxy_http_version" directive',
    );
    expect(refusal('server { location / { proxy_pass store; } }')).toBe(`invalid URL prefix in ${file}:1`);
    expect(refusal('server { listen http; }')).toContain('"listen" directive');
    expect(refusal('server { location ~ ^/x { return 200; } }')).toContain('"location" directive');
  });

  it('refuses what is cut short', () => {
    expect(refusal('server {')).toBe(`unexpected end of file, expecting "}" in ${file}`);
    expect(refusal('server { listen 80 }')).toBe(`unexpected "}" in ${file}:1`);
    expect(refusal('listen 80')).toBe(`unexpected end of file, expecting ";" or "}" in ${file}`);
  });
});
