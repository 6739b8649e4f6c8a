import type { KubeObject, Pod } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import * as resources from '../../../kube/resources.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import type { ConnectedProxy, XdsServerEvents } from '../xds.ts';
import { Broadcast } from './broadcast.ts';
import type { ServiceCertificates } from './certificates.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log.ts';
import { meshConfigName, monitoredByLabel, type OsmInstall, proxyUuidLabel, serviceCertificateName } from './names.ts';
import { proxyConfigFor } from './policy/proxy-config.ts';
import { type Identity, identityOf, type MeshSnapshot } from './policy/snapshot.ts';
import { monitoredNamespaces, readSnapshot } from './read-snapshot.ts';
import { httpRouteGroupType, SdkInformer, trafficSplitType } from './sdk-informer.ts';

export interface ControlPlaneParts {
  api: ClusterApi;
  install: OsmInstall;
  clock: Clock;
  /** Multiplies OSM's batching delays. */
  delayFactor: number;
  certificates: ServiceCertificates;
  log: LogWriter;
}

/** Changes of these kinds push to all proxies (pkg/messaging/broker.go); Services, Pods and Namespaces do not. */
const pushingKinds: readonly ResourceRef<KubeObject>[] = [
  resources.endpoints,
  kinds.trafficTargets,
  kinds.httpRouteGroups,
  kinds.tcpRoutes,
  kinds.trafficSplits,
  kinds.egresses,
  kinds.ingressBackends,
  kinds.retries,
  kinds.upstreamTrafficSettings,
];

export const requiredKinds: readonly ResourceRef[] = [...pushingKinds.slice(1), kinds.meshConfigs];

interface Proxy {
  connection: ConnectedProxy;
  uuid: string;
  identity: Identity;
  sent: string | undefined;
}

/** What osm-controller does: watches the cluster, decides with policy/, and sends each proxy what concerns it. */
export class ControlPlane implements XdsServerEvents {
  readonly #api: ClusterApi;
  readonly #install: OsmInstall;
  readonly #trafficSplits: SdkInformer<kinds.TrafficSplit>;
  readonly #httpRouteGroups: SdkInformer<kinds.HttpRouteGroup>;
  readonly #certificates: ServiceCertificates;
  readonly #log: LogWriter;
  readonly #broadcast: Broadcast;
  readonly #proxies = new Map<ConnectedProxy, Proxy>();
  readonly #stops: (() => void)[] = [];
  #version = 0;
  readonly counters = { broadcasts: 0, connects: 0, nacks: 0, pushes: 0 };

  constructor({ api, install, clock, delayFactor, certificates, log }: ControlPlaneParts) {
    this.#api = api;
    this.#install = install;
    this.#trafficSplits = new SdkInformer(api, trafficSplitType, log);
    this.#httpRouteGroups = new SdkInformer(api, httpRouteGroupType, log);
    this.#certificates = certificates;
    this.#log = log;
    this.#broadcast = new Broadcast(clock, delayFactor, () => this.#pushToAll());
  }

  get connectedProxies(): number {
    return this.#proxies.size;
  }

  start(): void {
    for (const kind of pushingKinds) this.#stops.push(this.#watch(kind));
    this.#stops.push(this.#watchMeshConfig(), this.#watchPods());
    this.#stops.push(this.#certificates.rotate((identity) => this.#pushToIdentity(identity)));
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#broadcast.stop();
    for (const { connection } of this.#proxies.values()) connection.close();
  }

  #watch(kind: ResourceRef<KubeObject>): () => void {
    return this.#api.watch(kind, ({ object }) => {
      const namespace = this.#api.get(resources.namespaces, object.metadata.namespace ?? '');
      if (namespace?.metadata.labels?.[monitoredByLabel] === this.#install.meshName) this.#broadcast.request();
    });
  }

  #watchMeshConfig(): () => void {
    let previous: string | undefined;
    return this.#api.watch(kinds.meshConfigs, ({ type, object }) => {
      const { name, namespace } = object.metadata;
      if (name !== meshConfigName || namespace !== this.#install.namespace) return;
      const relevant = type === 'DELETED' ? '{}' : pushRelevantFields(object.spec ?? {});
      if (type === 'DELETED') {
        this.#log.warn(
          'configurator',
          `MeshConfig ${namespace}/${name} does not exist. Default config values will be used.`,
        );
      }
      if (previous !== undefined && relevant !== previous) this.#broadcast.request();
      previous = relevant;
    });
  }

  /** A pod's own change matters for one thing: whether its metrics are to be scraped. It also owns its bootstrap secret. */
  #watchPods(): () => void {
    const scraped = new Map<string, string | undefined>();
    return this.#api.watch(resources.pods, ({ type, object: pod }) => {
      const uuid = pod.metadata.labels?.[proxyUuidLabel];
      if (!uuid) return;
      if (type === 'DELETED') {
        scraped.delete(uuid);
        return;
      }
      const scrape = pod.metadata.annotations?.['prometheus.io/scrape'];
      if (type === 'ADDED') void this.#adoptBootstrapSecret(pod, uuid);
      else if (scraped.get(uuid) !== scrape) this.#pushTo((proxy) => proxy.uuid === uuid);
      scraped.set(uuid, scrape);
    });
  }

  /** So that the garbage collector removes the secret with the pod (pkg/k8s/announcement_handlers.go). */
  async #adoptBootstrapSecret(pod: Pod, uuid: string): Promise<void> {
    const { name = '', uid = '', namespace } = pod.metadata;
    await this.#api
      .modify(resources.secrets, `envoy-bootstrap-config-${uuid}`, namespace, (secret) => {
        secret.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid }];
      })
      .catch((error: Error) => this.#log.error('k8s', `Error updating ownerReference of ${uuid}`, error));
  }

  connected(connection: ConnectedProxy): void {
    const [uuid = '', kind, account = '', namespace = ''] = connection.name.split('.');
    if (kind !== 'sidecar') {
      connection.close();
      return;
    }
    this.counters.connects++;
    const proxy: Proxy = { connection, uuid, identity: { account, namespace }, sent: undefined };
    this.#proxies.set(connection, proxy);
    this.#send(proxy, this.#snapshot());
  }

  answered(proxy: ConnectedProxy, answer: Parameters<XdsServerEvents['answered']>[1]): void {
    if (answer.type === 'ack') return;
    this.counters.nacks++;
    for (const error of answer.errors) {
      const text = `[NACK] err: "${error}" for nonce ${answer.version}, last version applied on request`;
      this.#log.error('envoy/ads', `Proxy ${proxy.name}: ${text}`);
    }
  }

  disconnected(connection: ConnectedProxy): void {
    this.#proxies.delete(connection);
  }

  #pushToAll(): void {
    this.counters.broadcasts++;
    this.#pushTo(() => true);
  }

  #pushToIdentity({ account, namespace }: Identity): void {
    this.#pushTo(({ identity }) => identity.account === account && identity.namespace === namespace);
  }

  #snapshot(): MeshSnapshot {
    return readSnapshot(this.#api, this.#install, {
      trafficSplits: this.#trafficSplits.list(),
      httpRouteGroups: this.#httpRouteGroups.list(),
    });
  }

  #pushTo(concerns: (proxy: Proxy) => boolean): void {
    const snapshot = this.#snapshot();
    for (const proxy of this.#proxies.values()) if (concerns(proxy)) this.#send(proxy, snapshot);
  }

  /** A proxy whose pod is unknown gets nothing and keeps what it has. */
  #send(proxy: Proxy, snapshot: MeshSnapshot): void {
    const pod = snapshot.pods.find(({ metadata }) => metadata.labels?.[proxyUuidLabel] === proxy.uuid);
    if (!pod || !isSame(identityOf(pod), proxy.identity)) {
      this.#log.error('catalog', `Did not find Pod with label ${proxyUuidLabel} = ${proxy.uuid}`);
      return;
    }
    const config = proxyConfigFor(snapshot, pod, (complaint) => this.#log.error('catalog', complaint));
    const pair = this.#certificates.certificateFor(proxy.identity);
    const { namespace, account } = proxy.identity;
    const content = {
      config,
      certificates: [{ name: serviceCertificateName(namespace, account), certPem: pair.certPem, keyPem: pair.keyPem }],
      trustedCaPem: this.#certificates.caPem,
    };
    const text = JSON.stringify(content);
    if (text === proxy.sent) return;
    proxy.sent = text;
    this.counters.pushes++;
    proxy.connection.send({ version: String(++this.#version), ...content });
  }

  /** Namespaces of the mesh, for the metrics page. */
  namespaces(): string[] {
    return [...monitoredNamespaces(this.#api, this.#install)];
  }
}

const isSame = (a: Identity, b: Identity) => a.account === b.account && a.namespace === b.namespace;

/** Of a MeshConfig only these make the proxies' configuration stale. */
function pushRelevantFields({ traffic, observability, featureFlags }: kinds.MeshConfigSpec): string {
  return JSON.stringify([
    traffic?.enableEgress === true,
    traffic?.enablePermissiveTrafficPolicyMode === true,
    traffic?.inboundExternalAuthorization,
    observability?.tracing,
    featureFlags,
  ]);
}
