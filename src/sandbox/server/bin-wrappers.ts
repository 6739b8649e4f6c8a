import { chmodSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { readIfThere, writeAtomically } from '../../platform/files.ts';

/**
 * The programs of DIR/bin: small shell scripts that run this very Node on our own files. They know nothing of the
 * sandbox; the programs find it through their environment.
 */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Beside the bundled server.js lie az.js and the others; in the sources they lie in bin/. */
function programPath(serverEntry: string, name: string): string {
  const folder = dirname(serverEntry);
  return extname(serverEntry) === '.ts' ? join(folder, 'bin', `${name}.ts`) : join(folder, `${name}.js`);
}

function wrapper(program: string): string {
  return `#!/bin/sh
# Written by meshwalk at each start of the sandbox.
exec ${quoted(process.execPath)} ${quoted(program)} "$@"
`;
}

/**
 * Steps aside for a kubectl that the learner has: the first one on PATH that is not this script. MESHWALK_KUBECTL=ours
 * forces ours, for a learner's kubectl that is too old.
 */
function kubectlWrapper(program: string, bin: string): string {
  return `#!/bin/sh
# Written by meshwalk at each start of the sandbox. Another kubectl on PATH goes first.
if [ "\${MESHWALK_KUBECTL:-}" != ours ]; then
  set -f
  IFS=:
  for folder in $PATH; do
    [ "$folder" = ${quoted(bin)} ] && continue
    [ "$folder/kubectl" -ef "$0" ] && continue
    if [ -f "$folder/kubectl" ] && [ -x "$folder/kubectl" ]; then exec "$folder/kubectl" "$@"; fi
  done
fi
exec ${quoted(process.execPath)} ${quoted(program)} "$@"
`;
}

export function writeWrappers(bin: string, serverEntry: string): void {
  const texts = {
    az: wrapper(programPath(serverEntry, 'az')),
    osm: wrapper(programPath(serverEntry, 'osm')),
    kubectl: kubectlWrapper(programPath(serverEntry, 'kubectl'), bin),
  };
  for (const [name, text] of Object.entries(texts)) {
    const path = join(bin, name);
    // Unchanged files stay: a rename under a running shell script is harmless, a needless fsync is slow.
    if (readIfThere(path) !== text) writeAtomically(path, text, 0o755);
    chmodSync(path, 0o755);
  }
}
