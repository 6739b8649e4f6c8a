import { own } from '../../../kube/json-value.ts';
import type { Process, Tool } from '../processes/process.ts';
import { readCommandLine } from './curl/command-line.ts';
import { connect, hostOf } from './curl/connection.ts';
import { exchange, type Incoming } from './curl/exchange.ts';
import { CurlFailure } from './curl/failure.ts';
import { outgoingOf } from './curl/request.ts';
import { complain, getopt, pathIn, UsageError } from './options.ts';

/** busybox's wget: one URL to a file or to standard output, redirects followed. Connections are those of curl. */
interface Job {
  url: URL;
  /** Undefined: standard output. */
  file: string | undefined;
  isQuiet: boolean;
  isSpider: boolean;
  showsHeaders: boolean;
  timeoutSeconds: string;
  headers: string[];
  post: string | undefined;
}

const longNames: Record<string, string> = {
  '--quiet': '-q',
  '--output-document': '-O',
  '--server-response': '-S',
  '--timeout': '-T',
  '--user-agent': '-U',
};

function jobOf(argv: readonly string[]): Job {
  const headers: string[] = [];
  let post: string | undefined;
  let isSpider = false;
  const rest: string[] = [];
  const words = argv.flatMap((word) =>
    /^--[\w-]+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word],
  );
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--header') headers.push(words.shift() ?? '');
    else if (word === '--post-data') post = words.shift() ?? '';
    else if (word === '--spider') isSpider = true;
    else if (word !== '--no-check-certificate') rest.push(own(longNames, word) ?? word);
  }
  const { flags, values, operands } = getopt(rest, 'qScO:T:U:P:');
  const [text] = operands;
  if (text === undefined) throw new UsageError('missing URL');
  const url = new URL(/^https?:\/\//.test(text) ? text : `http://${text}`);
  const file = values.get('O') ?? (url.pathname.split('/').at(-1) || 'index.html');
  if (values.has('U')) headers.push(`User-Agent: ${values.get('U')}`);
  return {
    url,
    file: file === '-' ? undefined : file,
    isQuiet: flags.has('q'),
    isSpider,
    showsHeaders: flags.has('S'),
    timeoutSeconds: values.get('T') ?? '900',
    headers,
    post,
  };
}

const mostRedirects = 5;

async function follow(
  process: Process,
  job: Job,
  say: (text: string) => Promise<void>,
): Promise<{ incoming: Incoming; close(): void }> {
  let { url } = job;
  for (let left = mostRedirects; ; left -= 1) {
    const words = [
      ...job.headers.flatMap((header) => ['-H', header]),
      '-k',
      '--http1.1',
      '--connect-timeout',
      job.timeoutSeconds,
    ];
    const line = readCommandLine(['-A', 'Wget', ...words, ...(job.post === undefined ? [] : ['--data-raw', job.post])]);
    const body = job.post === undefined ? undefined : Buffer.from(job.post);
    const outgoing = outgoingOf(line, url, body);
    const connection = await connect(process, line, url, async () => {});
    await say(`Connecting to ${url.host} (${connection.ip}:${connection.port})`);
    const headers = outgoing.headers.filter(([name]) => name !== 'Accept');
    const incoming = await exchange(
      connection,
      { ...outgoing, method: job.isSpider ? 'HEAD' : outgoing.method, headers: [...headers, ['Connection', 'close']] },
      'http',
    );
    if (job.showsHeaders) {
      const lines = [incoming.statusLine, ...incoming.headers.map(([name, value]) => `${name}: ${value}`)];
      await process.stderr.write(lines.map((text) => `  ${text}\n`).join(''));
    }
    const location = incoming.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    if (location === undefined || incoming.status < 300 || incoming.status > 399) {
      return { incoming, close: () => connection.socket.destroy() };
    }
    connection.socket.destroy();
    if (left === 0) throw new UsageError('too many redirections');
    url = new URL(location, url);
  }
}

/** curl's reasons in busybox's words. */
function problemText(failure: CurlFailure, job: Job): string {
  switch (failure.reason) {
    case 'not-resolved':
      return `bad address '${hostOf(job.url)}'`;
    case 'not-connected':
      return `can't connect to remote host: Connection refused`;
    case 'timed-out':
      return 'download timed out';
    case 'empty-reply':
    case 'received':
      return 'error getting response';
    default:
      return failure.message;
  }
}

async function save(
  process: Process,
  job: Job,
  incoming: Incoming,
  say: (text: string) => Promise<void>,
): Promise<void> {
  const target = job.file;
  const name = target ?? '-';
  await say(target === undefined ? 'writing to stdout' : `saving to '${target}'`);
  let isOpen = false;
  let bytes = 0;
  for await (const chunk of incoming.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (target === undefined) await process.stdout.write(chunk);
    else process.system.files.write(pathIn(process, target), chunk, { append: isOpen });
    isOpen = true;
  }
  if (target !== undefined && !isOpen) process.system.files.write(pathIn(process, target), Buffer.alloc(0));
  await say(`${name.padEnd(20)} 100% |${'*'.repeat(32)}| ${String(bytes).padStart(5)}  0:00:00 ETA`);
  await say(target === undefined ? 'written to stdout' : `'${target}' saved`);
}

export const wget: Tool = {
  async run(process) {
    const job = jobOf(process.argv.slice(1));
    const say = async (text: string) => {
      if (!job.isQuiet) await process.stderr.write(`${text}\n`);
    };
    try {
      const { incoming, close } = await follow(process, job, say);
      try {
        if (incoming.status >= 400) return await complain(process, `server returned error: ${incoming.statusLine}`);
        if (job.isSpider) await say('remote file exists');
        else await save(process, job, incoming, say);
        return 0;
      } finally {
        close();
      }
    } catch (error) {
      if (!(error instanceof CurlFailure)) throw error;
      return complain(process, problemText(error, job));
    }
  },
};
