import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/kube/api-extensions.ts';
import { meshDefinitions } from '../../../src/sandbox/mesh/osm/crds/definitions.ts';
import { descriptions } from '../../../src/sandbox/mesh/osm/crds/descriptions.ts';

/** Paths of all fields below spec and status, through lists; with what is said of each. */
function fieldsOf(schema: JsonSchema, path = ''): [string, string | undefined][] {
  const inside = schema.items ?? schema;
  return Object.entries(inside.properties ?? {}).flatMap(([name, part]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [[at, part.description] as [string, string | undefined], ...fieldsOf(part, at)];
  });
}

const envelope = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

describe('the definitions of OSM’s kinds', () => {
  const fields = meshDefinitions().flatMap(({ spec }) =>
    spec.versions.flatMap(({ schema }) =>
      fieldsOf(schema?.openAPIV3Schema ?? {}).map(([path, text]) => ({ kind: spec.names.kind, path, text })),
    ),
  );

  it('say what each field is for, so that kubectl explain does', () => {
    const silent = fields.filter(({ path, text }) => !envelope.includes(path) && text === undefined);
    expect(silent.map(({ kind, path }) => `${kind} ${path}`)).toEqual([]);
  });

  it('have every field that is described', () => {
    const known = new Set(fields.map(({ kind, path }) => `${kind} ${path}`));
    const described = Object.entries(descriptions).flatMap(([kind, texts]) =>
      Object.keys(texts).map((path) => `${kind} ${path}`),
    );
    expect(described.filter((each) => !known.has(each))).toEqual([]);
  });
});
