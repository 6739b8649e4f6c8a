import type { Socket } from 'node:net';
import type { KubeObject, Pod } from '../../../src/kube/objects.ts';
import { namespaces, serviceAccounts } from '../../../src/kube/resources.ts';
import { StatusError } from '../../../src/kube/status.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { type Api, createApi } from '../../../src/sandbox/apiserver/create-api.ts';
import type { Caller, PatchQuery, PatchType, ResourceTarget } from '../../../src/sandbox/apiserver/request-api.ts';
import { Store } from '../../../src/sandbox/store/store.ts';

export const admin: Caller = { username: 'masterclient', groups: ['system:masters', 'system:authenticated'] };

export interface TestApi extends Api {
  clock: SteppedClock;
  store: Store;
  /** `apps/v1/deployments` or `v1/pods`, in namespace shop unless it is cluster-scoped. */
  at(path: string, name?: string, subresource?: string): ResourceTarget;
  post(path: string, object: object, query?: PatchQuery): Promise<KubeObject>;
  patch(path: string, name: string, type: PatchType, patch: unknown, query?: PatchQuery): Promise<KubeObject>;
}

/** An API server over a store in memory, with a namespace `shop` that has its default service account. */
export async function testApi(
  connectToService: (namespace: string, name: string, port: number) => Promise<Socket> = () =>
    Promise.reject(new Error('no service expected')),
): Promise<TestApi> {
  const clock = new SteppedClock();
  const store = new Store({ clock });
  const api = createApi({ store, clock, random: seededRandom(7), connectToService });
  await api.cluster.create(namespaces, { metadata: { name: 'shop' } });
  await api.cluster.create(serviceAccounts, { metadata: { name: 'default', namespace: 'shop' } });
  const at = (path: string, name?: string, subresource?: string): ResourceTarget => {
    const [plural = '', version = '', group = ''] = path.split('/').reverse();
    const resource = api.requests.find(group, version, plural);
    if (!resource) throw new Error(`${path} is not served`);
    return {
      resource,
      ...(resource.namespaced && { namespace: 'shop' }),
      ...(name !== undefined && { name }),
      ...(subresource !== undefined && { subresource }),
    };
  };
  return {
    ...api,
    clock,
    store,
    at,
    async post(path, object, query = {}) {
      const body = { type: 'json' as const, text: JSON.stringify(object) };
      return (await api.requests.create(at(path), body, query, admin)).object as KubeObject;
    },
    async patch(path, name, type, patch, query = {}) {
      const body = { type: 'json' as const, text: JSON.stringify(patch) };
      return (await api.requests.patch(at(path, name), type, body, query, admin)).object as KubeObject;
    },
  };
}

/** The Status of a call that must fail. */
export async function refusal(call: Promise<unknown> | (() => unknown)): Promise<StatusError> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

export const podOf = (name: string, spec: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: 'app', image: 'openservicemesh/bookbuyer:v1.2.4' }], ...spec },
});

export const deploymentOf = (name: string, changes: { spec?: object; containers?: object[] } = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: changes.containers ?? [{ name: 'app', image: 'openservicemesh/bookstore:v1.2.4' }] },
    },
    ...changes.spec,
  },
});
