import { absolutePath, type ContainerFiles } from '../processes/container-files.ts';

/**
 * The shell's patterns: `*`, `?`, `[…]`. In the text of a pattern a backslash makes the character after it an ordinary one,
 * which is how quoted parts of a word get here.
 */
export const quotedInPattern = (text: string): string => text.replaceAll(/[\\*?[\]]/g, '\\$&');

export const hasPattern = (text: string): boolean => /(?:^|[^\\])(?:\\\\)*[*?[]/.test(text);

export const withoutEscapes = (pattern: string): string => pattern.replaceAll(/\\([\s\S])/g, '$1');

/** As the source of a regular expression. */
export function patternSource(pattern: string): string {
  return pattern.replaceAll(/\\([\s\S])|\[(!?)([^\]]+)\]|([\s\S])/g, (whole, escaped, not, set, plain) => {
    if (escaped !== undefined) return escapeForRegExp(escaped);
    if (set !== undefined) return `[${not ? '^' : ''}${set.replaceAll('\\', '\\\\').replaceAll('^', '\\^')}]`;
    if (plain === '*') return '[\\s\\S]*';
    if (plain === '?') return '[\\s\\S]';
    return escapeForRegExp(plain ?? whole);
  });
}

const escapeForRegExp = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

export const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^(?:${patternSource(pattern)})$`).test(text);

/** Paths that a pattern stands for, sorted; none where nothing matches. */
export function pathsMatching(files: ContainerFiles, cwd: string, pattern: string): string[] {
  const isAbsolute = pattern.startsWith('/');
  const steps = pattern.split('/').filter((step) => step !== '');
  let found: string[] = [isAbsolute ? '/' : ''];
  for (const step of steps) {
    found = found.flatMap((base) => {
      const join = (name: string) => `${base}${base === '' || base.endsWith('/') ? '' : '/'}${name}`;
      if (!hasPattern(step)) return [join(withoutEscapes(step))];
      const folder = absolutePath(cwd, base);
      if (files.stat(folder)?.kind !== 'folder') return [];
      // A leading dot must be written out.
      const isVisible = (name: string) => !name.startsWith('.') || step.startsWith('.');
      return files
        .list(folder)
        .filter((name) => isVisible(name) && matches(step, name))
        .map(join);
    });
  }
  return found.filter((path) => files.stat(absolutePath(cwd, path)) !== undefined).sort();
}
