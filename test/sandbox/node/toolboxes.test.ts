import { expect, it } from 'vitest';
import { busyboxTools, debianTools } from '../../../src/sandbox/node/images/toolboxes.ts';
import { toolNames } from '../../../src/sandbox/node/tools/tool-registry.ts';

it('every program of a toolbox is registered', () => {
  const names = [...busyboxTools, ...debianTools].map((path) => path.slice(path.lastIndexOf('/') + 1));
  expect(names.filter((name) => !toolNames.includes(name))).toEqual([]);
});

it('Alpine has busybox’ ash and no bash, Debian and Ubuntu bash and no ash', () => {
  const shells = (tools: readonly string[]) => tools.filter((path) => /\/(?:ba|a)?sh$/.test(path));
  expect(shells(busyboxTools)).toEqual(['/bin/ash', '/bin/sh']);
  expect(shells(debianTools)).toEqual(['/bin/bash', '/bin/sh']);
});
