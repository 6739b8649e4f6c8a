import { describe, expect, it } from 'vitest';
import { looksSecret } from '../../src/session/secret-line.ts';

describe('a line with a secret', () => {
  it.each([
    ' kubectl get pods',
    'kubectl create secret generic db --from-literal=password=tulip',
    'export DB_PASSWORD=tulip',
    'curl -H "Authorization: Bearer abc" http://localhost',
    'az login --service-principal --password tulip',
    'az ad sp create --client-secret x1',
    'TOKEN=abc curl http://localhost',
    'kubectl --token=abc get pods',
    'curl http://localhost -d eyJhbGciOiJIUzI1NiJ9.e30.x',
    'git clone https://ghp_abcdefghijklmnopqrstuvwxyz012345@github.com/a/b',
    'export AWS_ACCESS_KEY_ID=AKIAABCDEFGHIJKLMNOP',
    `kubectl create secret generic a --from-literal=x=${'aB3d'.repeat(12)}`,
  ])('is not kept: %j', (line) => {
    expect(looksSecret(line)).toBe(true);
  });

  it.each([
    'kubectl get secrets -n bookstore',
    'kubectl get secret osm-ca-bundle -n kube-system -o yaml',
    'kubectl apply -f manifests/access/bookthief-read-only-with-a-very-long-name-of-its-own.yaml',
    'osm proxy get config_dump bookstore-v1-5d9c7b8f4-abcde -n bookstore',
    `kubectl patch meshconfig osm-mesh-config -n kube-system --type=merge -p '{"spec":{"traffic":{"enableEgress":true}}}'`,
    'kubectl get pods --sort-by=.metadata.creationTimestamp',
  ])('is nothing that is kept: %j', (line) => {
    expect(looksSecret(line)).toBe(false);
  });
});
