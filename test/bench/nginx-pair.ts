import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../src/platform/clock.ts';
import { CertificateAuthority } from '../../src/sandbox/pki/authority.ts';
import { freePort } from '../walk/course.ts';
import { pause } from './lab.ts';

/** nginx twice, as two sidecars stand: plain in and mutual TLS out, mutual TLS in and plain out to the app. */
export interface NginxPair {
  version: string;
  port: number;
  pid: number;
  close(): Promise<void>;
}

export function nginxVersion(): string | undefined {
  const { status, stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return status === 0 ? stderr.trim().replace(/^.*nginx\//, '') : undefined;
}

/** The access log is on, as it is in the sidecars; connections are kept, as theirs are. */
function configuration(folder: string, ports: { outbound: number; inbound: number; app: number }): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(folder, name)};`,
  );
  const common = ['proxy_http_version 1.1;', 'proxy_set_header Connection "";'].map((line) => `      ${line}`);
  return [
    'daemon off; master_process off; worker_processes 1;',
    `pid ${join(folder, 'pid')}; error_log ${join(folder, 'error.log')};`,
    'events { worker_connections 256; }',
    'http {',
    ...temporary,
    `  access_log ${join(folder, 'access.log')}; keepalive_requests 1000000;`,
    `  upstream inbound { server 127.0.0.1:${ports.inbound}; keepalive 8; keepalive_requests 1000000; }`,
    `  upstream app { server 127.0.0.1:${ports.app}; keepalive 8; keepalive_requests 1000000; }`,
    `  server { listen 127.0.0.1:${ports.outbound}; location / {`,
    ...common,
    '      proxy_pass https://inbound; proxy_ssl_verify on; proxy_ssl_name app.app; proxy_ssl_server_name on;',
    `      proxy_ssl_trusted_certificate ${folder}/ca.pem; proxy_ssl_certificate ${folder}/caller.pem;`,
    `      proxy_ssl_certificate_key ${folder}/caller.key; } }`,
    `  server { listen 127.0.0.1:${ports.inbound} ssl; ssl_certificate ${folder}/app.pem;`,
    `    ssl_certificate_key ${folder}/app.key; ssl_client_certificate ${folder}/ca.pem; ssl_verify_client on;`,
    '    location / {',
    ...common,
    '      proxy_pass http://app; } }',
    '}',
  ].join('\n');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await pause(20);
  }
  throw new Error('nginx does not listen');
}

export async function startNginxPair(folder: string, appPort: number, version: string): Promise<NginxPair> {
  mkdirSync(folder, { recursive: true });
  const authority = CertificateAuthority.create(systemClock, { commonName: 'bench' });
  const hourMs = 3_600_000;
  for (const name of ['app', 'caller']) {
    const pair = authority.issue({ commonName: name, dnsNames: [`${name}.${name}`], validityMs: hourMs });
    writeFileSync(join(folder, `${name}.pem`), pair.certPem);
    writeFileSync(join(folder, `${name}.key`), pair.keyPem, { mode: 0o600 });
  }
  writeFileSync(join(folder, 'ca.pem'), authority.certPem);
  const ports = { outbound: await freePort(), inbound: await freePort(), app: appPort };
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, ports));
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilListening(child, ports.outbound);
  return { version, port: ports.outbound, pid: child.pid ?? 0, close: () => end(child) };
}
