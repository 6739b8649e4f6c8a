import { sameJson } from '../../kube/json-value.ts';
import type { Service } from '../../kube/objects.ts';
import { services } from '../../kube/resources.ts';
import { errorCode } from '../../platform/files.ts';
import { type Frontend, type Frontends, isLoopback } from '../network/loopback-frontends.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

/** Kubernetes: cloud-provider/service/helpers LoadBalancerCleanupFinalizer */
const cleanup = 'service.kubernetes.io/load-balancer-cleanup';
/** Kubernetes: cloud-provider/controllers/service minRetryDelay, maxRetryDelay */
const firstRetryMs = 5000;
const lastRetryMs = 300_000;

interface Open {
  uid: string;
  ports: readonly number[];
  asked: string;
  frontend: Frontend;
}

/**
 * Gives Services of type LoadBalancer an address, as a cloud's controller does; here the cloud is this machine's loopback.
 * It knows when there is to be one, and nothing of sockets.
 */
export function startLoadBalancerController(parts: ControllerParts, frontends: Frontends): Controller {
  const controller = new LoadBalancers(parts, frontends);
  const stop = parts.cluster.watch(services, ({ object }) => controller.queue.add(keyOf(object)));
  const { close, ...base } = controllerOn(controller.queue, [stop]);
  return {
    ...base,
    get isIdle() {
      return controller.queue.isIdle;
    },
    async close() {
      await close();
      controller.release();
    },
  };
}

class LoadBalancers {
  readonly queue: WorkQueue;
  readonly #parts: ControllerParts;
  readonly #frontends: Frontends;
  readonly #open = new Map<string, Open>();
  readonly #failures = new Map<string, number>();

  constructor(parts: ControllerParts, frontends: Frontends) {
    this.#parts = parts;
    this.#frontends = frontends;
    this.queue = new WorkQueue({
      name: 'service',
      clock: parts.clock,
      reconcile: (key) => this.#reconcile(key),
      onError: (error, key) => parts.onError('service', error, key),
    });
  }

  release(): void {
    for (const { frontend } of this.#open.values()) frontend.close();
    this.#open.clear();
  }

  async #reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const service = this.#parts.cluster.get(services, name, namespace);
    const open = this.#open.get(key);
    if (service && isWanted(service)) return this.#ensure(key, service, open);
    this.#failures.delete(key);
    if (service?.metadata.finalizers?.includes(cleanup)) return this.#remove(key, service);
    this.#close(key);
  }

  async #ensure(key: string, service: Service, open: Open | undefined): Promise<void> {
    const { uid = '' } = service.metadata;
    const ports = tcpPortsOf(service);
    const asked = askedAddress(service);
    const isSame = open?.uid === uid && open.asked === asked && sameJson(open.ports, ports);
    if (isSame) return this.#publish(service, open.frontend.ip);
    this.#close(key);
    this.#note(service, 'EnsuringLoadBalancer', 'Ensuring load balancer');
    await this.#modify(service, (draft) => {
      const finalizers = draft.metadata.finalizers ?? [];
      if (!finalizers.includes(cleanup)) draft.metadata.finalizers = [...finalizers, cleanup];
    });
    try {
      refuseOthersAddress(service);
      if (ports.length === 0) throw new Error('this sandbox balances TCP, and the Service has no port of it');
      const frontend = await this.#frontends.open(wishOf(service, ports));
      this.#open.set(key, { uid, ports, asked, frontend });
      this.#failures.delete(key);
      await this.#publish(service, frontend.ip);
      this.#note(service, 'EnsuredLoadBalancer', 'Ensured load balancer');
    } catch (error) {
      await this.#fail(key, service, error);
    }
  }

  /** An address that nobody listens on any more must not go on being shown. */
  async #fail(key: string, service: Service, error: unknown): Promise<void> {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    await this.#publish(service, undefined);
    const why = `Error syncing load balancer: failed to ensure load balancer: ${reasonOf(error)}`;
    this.#parts.events.warning(source, { ref: services, object: service }, 'SyncLoadBalancerFailed', why);
    this.queue.addAfter(key, Math.min(firstRetryMs * 2 ** failures, lastRetryMs));
  }

  async #remove(key: string, service: Service): Promise<void> {
    this.#note(service, 'DeletingLoadBalancer', 'Deleting load balancer');
    this.#close(key);
    await this.#publish(service, undefined);
    this.#note(service, 'DeletedLoadBalancer', 'Deleted load balancer');
    await this.#modify(service, (draft) => {
      const rest = (draft.metadata.finalizers ?? []).filter((each) => each !== cleanup);
      if (rest.length > 0) draft.metadata.finalizers = rest;
      else delete draft.metadata.finalizers;
    });
  }

  #close(key: string): void {
    this.#open.get(key)?.frontend.close();
    this.#open.delete(key);
  }

  async #publish(service: Service, ip: string | undefined): Promise<void> {
    const { name = '', namespace, uid } = service.metadata;
    await this.#parts.cluster.modifyStatus(services, name, namespace, (draft) => {
      if (draft.metadata.uid !== uid) return;
      draft.status = { ...draft.status, loadBalancer: ip === undefined ? {} : { ingress: [{ ip, ipMode: 'VIP' }] } };
    });
  }

  async #modify(service: Service, change: (draft: Service) => void): Promise<void> {
    const { name = '', namespace, uid } = service.metadata;
    await this.#parts.cluster.modify(services, name, namespace, (draft) => {
      if (draft.metadata.uid === uid) change(draft);
    });
  }

  #note(service: Service, reason: string, message: string): void {
    this.#parts.events.normal(source, { ref: services, object: service }, reason, message);
  }
}

const source = { component: 'service-controller' };

/** A class names another implementation, which does not exist here: such a Service stays pending, as on a real cluster. */
function isWanted({ metadata, spec }: Service): boolean {
  return (
    spec.type === 'LoadBalancer' && metadata.deletionTimestamp === undefined && spec['loadBalancerClass'] === undefined
  );
}

const askedAddress = ({ spec }: Service): string => {
  const asked = spec['loadBalancerIP'];
  return typeof asked === 'string' ? asked : '';
};

/** The pod network is of TCP only; ports of UDP and SCTP are shown and answer nothing, at the address of the others. */
const tcpPortsOf = ({ spec }: Service): number[] =>
  (spec.ports ?? []).filter(({ protocol = 'TCP' }) => protocol === 'TCP').map(({ port }) => port);

/** A cloud has addresses to give away; this machine has its loopback. */
function refuseOthersAddress(service: Service): void {
  const asked = askedAddress(service);
  if (asked === '' || isLoopback(asked)) return;
  throw new Error(`loadBalancerIP ${asked} is not here: a load balancer of this sandbox has an address of 127.0.0.0/8`);
}

function wishOf(service: Service, ports: readonly number[]) {
  const { name = '', namespace = '' } = service.metadata;
  const before = service.status?.loadBalancer?.ingress?.[0]?.ip;
  return { namespace, name, ports, ip: askedAddress(service) || before };
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (errorCode(error) !== 'EACCES') return text;
  return `${text}: this machine keeps ports below 1024 for root; give the Service a port from 1024 on`;
}
