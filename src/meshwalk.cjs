#!/usr/bin/env node
// ES5 on purpose: this file must still run on a Node that cannot parse the rest.
var wanted = [22, 19];
var have = process.versions.node.split('.').map(Number);
if (have[0] < wanted[0] || (have[0] === wanted[0] && have[1] < wanted[1])) {
  process.stderr.write(
    'meshwalk needs Node ' + wanted.join('.') + ' or newer, and this is Node ' + process.versions.node + '.\n',
  );
  process.exit(1);
} else {
  import('./main.js').catch((error) => {
    process.stderr.write(String((error && error.stack) || error) + '\n');
    process.exit(70);
  });
}
