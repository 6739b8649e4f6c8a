import { describe, expect, it } from 'vitest';
import { chartValues } from '../../../../src/sandbox/bin/osm/helm/check-values.ts';
import { overlay, setValues } from '../../../../src/sandbox/bin/osm/helm/set-values.ts';
import { defaultValues } from '../../../../src/sandbox/mesh/osm/chart/values.ts';

describe('the language of --set', () => {
  const good: [string, object][] = [
    ['a=1', { a: 1 }],
    ['a.b.c=x,a.b.d=true', { a: { b: { c: 'x', d: true } } }],
    ['a={x,2,null}', { a: ['x', 2, null] }],
    ['a={x,y},b=2', { a: ['x', 'y'], b: 2 }],
    ['a[1].b=x', { a: [null, { b: 'x' }] }],
    ['a[0][1]=x', { a: [[null, 'x']] }],
    ['a=1\\,2', { a: '1,2' }],
    ['a\\.b=x', { 'a.b': 'x' }],
    ['a=', { a: '' }],
    ['a=007,b=1.5,c=-3,d=0', { a: '007', b: '1.5', c: -3, d: 0 }],
    ['a=x=y', { a: 'x=y' }],
    ['a=1,', { a: 1 }],
  ];
  for (const [line, values] of good) {
    it(`reads ${line}`, () => expect(setValues([line], {})).toEqual(values));
  }

  const bad: [string, string][] = [
    ['a', 'key "a" has no value'],
    ['a.b', 'key "b" has no value'],
    ['a,b=1', 'key "a" has no value (cannot end with ,)'],
    ['a={x', "list must terminate with '}'"],
    ['a[x]=1', 'error parsing index: strconv.Atoi: parsing "x": invalid syntax'],
    ['a[-1]=1', 'negative -1 index not allowed'],
    ['a[70000]=1', 'index of 70000 is greater than maximum supported index of 65536'],
    ['a=1,a.b=2', 'unable to parse key: interface conversion: interface {} is number, not map[string]interface {}'],
  ];
  for (const [line, why] of bad) {
    it(`refuses ${line}`, () => expect(() => setValues([line], {})).toThrow(why));
  }

  it('lets later lines win, merges tables, and takes away what is null', () => {
    expect(setValues(['a.b=1', 'a.c=2', 'a.b=3'], {})).toEqual({ a: { b: 3, c: 2 } });
    expect(overlay({ a: { b: 1, c: 2 }, d: [1] }, { a: { b: null, e: 5 }, d: [2] })).toEqual({
      a: { c: 2, e: 5 },
      d: [2],
    });
  });
});

describe("the chart's values", () => {
  const refusal = (...lines: string[]) => {
    try {
      chartValues(setValues(lines, {}));
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const schema = (...complaints: string[]) =>
    `values don't meet the specifications of the schema(s) in the following chart(s):\nosm:\n${complaints.map((text) => `- ${text}\n`).join('')}`;

  it('are the defaults under what was set', () => {
    const values = chartValues(setValues(['osm.osmController.replicaCount=3', 'osm.image.tag=v1.2.4'], {}));
    const wanted = defaultValues();
    wanted.osm.osmController.replicaCount = 3;
    wanted.osm.image.tag = 'v1.2.4';
    expect(values).toEqual(wanted);
  });

  it('are held against the schema, in its words', () => {
    expect(refusal('osm.controllerLogLevel=loud')).toBe(
      schema("osm.controllerLogLevel: Does not match pattern '^(debug|info|warn|error|fatal|panic|disabled|trace)$'"),
    );
    expect(refusal('osm.localProxyMode=Pod')).toBe(
      schema('osm.localProxyMode: osm.localProxyMode must be one of the following: "Localhost", "PodIP"'),
    );
    expect(refusal('osm.tracing.port=0')).toBe(schema('osm.tracing.port: Must be greater than or equal to 1'));
    expect(refusal('osm.tracing=null')).toBe(schema('osm: tracing is required'));
    expect(refusal('osm.featureFlags.enableNothing=true')).toBe(
      schema('osm.featureFlags: Additional property enableNothing is not allowed'),
    );
  });

  it('may be unknown where the schema is open, as Helm keeps them', () => {
    expect(refusal('OpenServiceMesh.image.tag=v1', 'osm.osmController.podLabels.team=mesh')).toBeUndefined();
  });

  it('are refused where this sandbox could not honour them, with the reason', () => {
    expect(refusal('osm.certificateProvider.kind=vault')).toBe(
      'the sandbox cannot honour osm.certificateProvider.kind=vault: there is no Vault here',
    );
    expect(refusal('osm.grafana.port=3001')).toBe(
      'the sandbox cannot honour osm.grafana: its chart does not have this value',
    );
  });
});
