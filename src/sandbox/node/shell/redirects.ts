import type { ByteSink } from '../processes/byte-stream.ts';
import { absolutePath, type ContainerFiles } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import type { Expansion } from './expansion.ts';
import { type LineSource, rereadable } from './line-source.ts';
import { notKnown, type Redirect } from './syntax.ts';

/** The three descriptors that this shell has. */
export interface Streams {
  stdin: LineSource;
  stdout: ByteSink;
  stderr: ByteSink;
}

/** `can't create /x: Permission denied`: the command is not run and counts as failed. */
export class RedirectError extends Error {
  override readonly name = 'RedirectError';
}

function sourceOf(bytes: Buffer): LineSource {
  let rest: Buffer | undefined = bytes.length > 0 ? bytes : undefined;
  return rereadable({
    async read() {
      const given = rest;
      rest = undefined;
      return given;
    },
    cancel() {
      rest = undefined;
    },
  });
}

function fileSink(files: ContainerFiles, path: string): ByteSink {
  return {
    async write(bytes) {
      files.write(path, Buffer.from(bytes), { append: true });
    },
  };
}

async function withOne(
  { fd, type, target }: Redirect,
  streams: Streams,
  expansion: Expansion,
  { files, cwd }: { files: ContainerFiles; cwd: string },
): Promise<Streams> {
  if (fd > 2) throw notKnown(`descriptor ${fd}, only 0, 1 and 2`);
  const text = await expansion.text(target);
  const output = (sink: ByteSink): Streams => ({ ...streams, ...(fd === 2 ? { stderr: sink } : { stdout: sink }) });
  const path = absolutePath(cwd, text);
  try {
    switch (type) {
      case 'text':
        return { ...streams, stdin: sourceOf(Buffer.from(text)) };
      case 'read':
        return path === '/dev/stdin' ? streams : { ...streams, stdin: sourceOf(files.read(path)) };
      case 'duplicate':
        if (text === '1' || text === '2') return output(text === '1' ? streams.stdout : streams.stderr);
        if (text === '0' && fd === 0) return streams;
        throw notKnown(`${fd}>&${text}`);
      case 'append':
      case 'write':
        if (path === '/dev/stdout') return output(streams.stdout);
        if (path === '/dev/stderr') return output(streams.stderr);
        files.write(path, Buffer.alloc(0), { append: type === 'append' });
        return output(fileSink(files, path));
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const what = type === 'read' ? "can't open" : "can't create";
    // busybox words this one in its own way.
    const why = error.code === 'ENOENT' ? (type === 'read' ? 'no such file' : 'nonexistent directory') : error.message;
    throw new RedirectError(`${what} ${text}: ${why}`);
  }
}

/** From left to right, each one seeing what those before it made. */
export async function redirected(
  redirects: readonly Redirect[],
  streams: Streams,
  expansion: Expansion,
  place: { files: ContainerFiles; cwd: string },
): Promise<Streams> {
  let made = streams;
  for (const redirect of redirects) made = await withOne(redirect, made, expansion, place);
  return made;
}
