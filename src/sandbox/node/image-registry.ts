import { createHash } from 'node:crypto';
import type { ImageProgram } from './program.ts';

/** `docker.io/library/mysql:5.6` taken apart; `repository` without the registry Docker Hub and its `library/`. */
export interface ImageReference {
  repository: string;
  tag: string;
  digest: string | undefined;
}

export function parseImage(image: string): ImageReference {
  const [named = '', digest] = image.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  return {
    repository: repository.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, ''),
    tag: colon < 0 ? 'latest' : named.slice(colon + 1),
    digest,
  };
}

/** The long name that a container runtime uses: `docker.io/library/mysql:5.6`. */
export function canonicalImage(image: string): string {
  const { repository, tag, digest } = parseImage(image);
  const suffix = digest === undefined ? `:${tag}` : `@${digest}`;
  return `${withRegistry(repository)}${suffix}`;
}

function withRegistry(repository: string): string {
  const [first = '', ...rest] = repository.split('/');
  if (rest.length === 0) return `docker.io/library/${repository}`;
  return /[.:]/.test(first) || first === 'localhost' ? repository : `docker.io/${repository}`;
}

/** What a node reports as imageID: the repository at a digest that depends on the reference alone. */
export function imageIdOf(image: string): string {
  const { repository, tag, digest } = parseImage(image);
  const known = digest ?? `sha256:${createHash('sha256').update(`${repository}:${tag}`).digest('hex')}`;
  return `${withRegistry(repository)}@${known}`;
}

export interface ImageRegistry {
  /** The program behind an image reference, whatever its tag; undefined when there is none. */
  find(image: string): ImageProgram | undefined;
  /** Repositories that exist here, sorted. */
  readonly repositories: readonly string[];
}

/** The images that can be pulled: one program per repository. It knows nothing of nodes or of what was pulled. */
export function createImageRegistry(programs: readonly ImageProgram[]): ImageRegistry {
  const byRepository = new Map<string, ImageProgram>();
  for (const program of programs)
    for (const repository of program.repositories) {
      const name = parseImage(repository).repository;
      if (byRepository.has(name)) throw new Error(`two programs claim the image ${name}`);
      byRepository.set(name, program);
    }
  return {
    find: (image) => byRepository.get(parseImage(image).repository),
    repositories: [...byRepository.keys()].sort(),
  };
}
