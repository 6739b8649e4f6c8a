import type { KubeObject, Pod } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import * as resources from '../../../kube/resources.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import type { ProxyConfig } from '../proxy-config.ts';
import type { ConnectedProxy, XdsServerEvents } from '../xds.ts';
import { Broadcast } from './broadcast.ts';
import type { CertificateManager, Issued } from './certificate/manager.ts';
import { errorCodes } from './error-codes.ts';
import { showIngressStatuses } from './ingress-status.ts';
import * as kinds from './kinds.ts';
import type { LogWriter } from './log.ts';
import { followResyncInterval, isPushed, onMeshConfigUpdate } from './mesh-config-changes.ts';
import type { Metrics } from './metrics.ts';
import { meshConfigName, monitoredByLabel, type OsmInstall, proxyUuidLabel, serviceCertificateName } from './names.ts';
import { proxyConfigFor } from './policy/proxy-config.ts';
import { type Identity, identityOf, type MeshSnapshot } from './policy/snapshot.ts';
import { readMeshConfig, readSnapshot } from './read-snapshot.ts';
import { httpRouteGroupType, SdkInformer, trafficSplitType } from './sdk-informer.ts';
import { type KnownProxy, XdsLedger } from './xds-ledger.ts';

export interface ControlPlaneParts {
  api: ClusterApi;
  install: OsmInstall;
  clock: Clock;
  /** Multiplies OSM's batching delays. */
  delayFactor: number;
  certificates: CertificateManager;
  metrics: Metrics;
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

interface Proxy extends KnownProxy {
  connection: ConnectedProxy;
  /** Decided last; sent as soon as there is a certificate. */
  config: ProxyConfig | undefined;
  sent: string | undefined;
}

/** What osm-controller does: watches the cluster, decides with policy/, and sends each proxy what concerns it. */
export class ControlPlane implements XdsServerEvents {
  readonly #api: ClusterApi;
  readonly #install: OsmInstall;
  readonly #trafficSplits: SdkInformer<kinds.TrafficSplit>;
  readonly #httpRouteGroups: SdkInformer<kinds.HttpRouteGroup>;
  readonly #clock: Clock;
  readonly #certificates: CertificateManager;
  readonly #log: LogWriter;
  readonly #broadcast: Broadcast;
  readonly #proxies = new Map<ConnectedProxy, Proxy>();
  readonly #stops: (() => void)[] = [];
  #version = 0;
  readonly #metrics: Metrics;
  readonly ledger: XdsLedger;

  constructor({ api, install, clock, delayFactor, certificates, metrics, log }: ControlPlaneParts) {
    this.#api = api;
    this.#install = install;
    this.#trafficSplits = new SdkInformer(api, trafficSplitType, log);
    this.#httpRouteGroups = new SdkInformer(api, httpRouteGroupType, log);
    this.#clock = clock;
    this.#certificates = certificates;
    this.#log = log;
    this.#metrics = metrics;
    this.ledger = new XdsLedger(clock, metrics);
    this.#broadcast = new Broadcast(clock, delayFactor, () => this.#pushToAll());
  }

  start(): void {
    for (const kind of pushingKinds) this.#stops.push(this.#watch(kind));
    const [api, install] = [this.#api, this.#install];
    this.#stops.push(
      this.#watchPods(),
      onMeshConfigUpdate(api, install, (before, after) => {
        if (isPushed(before, after)) this.#broadcast.request();
      }),
      followResyncInterval({ api, install, clock: this.#clock, log: this.#log }, () => this.#resync()),
      this.#certificates.rotate((identity, certificate) => this.#pushCertificate(identity, certificate)),
    );
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

  connected(connection: ConnectedProxy, applied: string | undefined): void {
    const [uuid = '', kind, account = '', namespace = ''] = connection.name.split('.');
    if (kind !== 'sidecar') {
      connection.close();
      return;
    }
    const most = readMeshConfig(this.#api, this.#install).sidecar?.maxDataPlaneConnections ?? 0;
    if (most > 0 && this.#proxies.size >= most) {
      this.#metrics.add('osm_proxy_max_connections_rejected', {});
      connection.close();
      return;
    }
    const known = this.ledger.came({ uuid, identity: { account, namespace } }, applied !== undefined);
    const proxy: Proxy = Object.assign(known, { connection, config: undefined, sent: undefined });
    this.#proxies.set(connection, proxy);
    this.#send(proxy, this.#snapshot());
  }

  answered(connection: ConnectedProxy, answer: Parameters<XdsServerEvents['answered']>[1]): void {
    const proxy = this.#proxies.get(connection);
    if (proxy) this.ledger.asked(proxy);
    if (answer.type === 'ack') return;
    for (const error of answer.errors) {
      const text = `[NACK] err: "${error}" for nonce ${answer.version}, last version applied on request`;
      this.#log.error('envoy/ads', `Proxy ${connection.name}: ${text}`);
    }
  }

  disconnected(connection: ConnectedProxy): void {
    const proxy = this.#proxies.get(connection);
    if (!proxy) return;
    this.#proxies.delete(connection);
    this.ledger.left(proxy);
  }

  #pushToAll(): void {
    this.#metrics.add('osm_proxy_broadcast_event_count', {});
    this.#pushTo(() => true);
  }

  /** Sends everything again, changed or not. */
  #resync(): void {
    for (const proxy of this.#proxies.values()) proxy.sent = undefined;
    this.#broadcast.request();
  }

  /** A renewed certificate travels alone: what else changed since waits for its own push. */
  #pushCertificate({ account, namespace }: Identity, certificate: Issued): void {
    for (const proxy of this.#proxies.values()) {
      if (isSame(proxy.identity, { account, namespace })) this.#deliver(proxy, certificate);
    }
  }

  /** With a MeshRootCertificate the trust domain is the signing root's. */
  #snapshot(): MeshSnapshot {
    const { namespace } = this.#install;
    if (!this.#api.get(kinds.meshConfigs, meshConfigName, namespace)) {
      const which = `MeshConfig ${namespace}/${meshConfigName}`;
      this.#log.warn('configurator', `${which} does not exist. Default config values will be used.`);
    }
    return readSnapshot(
      this.#api,
      { ...this.#install, trustDomain: this.#certificates.trustDomain },
      {
        trafficSplits: this.#trafficSplits.list(),
        httpRouteGroups: this.#httpRouteGroups.list(),
      },
    );
  }

  #pushTo(concerns: (proxy: Proxy) => boolean): void {
    const snapshot = this.#snapshot();
    for (const proxy of this.#proxies.values()) if (concerns(proxy)) this.#send(proxy, snapshot);
  }

  /** A proxy whose pod is unknown gets nothing and keeps what it has. */
  #send(proxy: Proxy, snapshot: MeshSnapshot): void {
    const pod = snapshot.pods.find(({ metadata }) => metadata.labels?.[proxyUuidLabel] === proxy.uuid);
    if (!pod || !isSame(identityOf(pod), proxy.identity)) {
      const text = `Did not find Pod with label ${proxyUuidLabel} = ${proxy.uuid}`;
      this.#log.error('catalog', text, undefined, errorCodes.podOfProxyNotFound);
      return;
    }
    const startedMs = this.#clock.now();
    proxy.config = proxyConfigFor(snapshot, pod, (complaint, code) =>
      this.#log.error('catalog', complaint, undefined, code),
    );
    this.ledger.made(startedMs, true);
    if (snapshot.ingressBackends.length > 0) void showIngressStatuses(this.#api, snapshot, pod, this.#log);
    const certificate = this.#certificates.current(proxy.identity);
    if (certificate) this.#deliver(proxy, certificate);
    else {
      this.#certificates.service(proxy.identity).then(
        (made) => this.#deliver(proxy, made),
        (error: Error) =>
          this.#log.error('envoy/sds', `Error issuing certificate for proxy ${proxy.connection.name}`, error),
      );
    }
  }

  #deliver(proxy: Proxy, { certPem, keyPem, trustedCaPem }: Issued): void {
    const { connection, config, identity } = proxy;
    if (!config || !this.#proxies.has(connection)) return;
    const name = serviceCertificateName(identity.namespace, identity.account);
    const content = { config, certificates: [{ name, certPem, keyPem }], trustedCaPem };
    const text = JSON.stringify(content);
    if (text === proxy.sent) return;
    proxy.sent = text;
    connection.send({ version: String(++this.#version), ...content });
    this.ledger.sent(proxy);
  }
}

const isSame = (a: Identity, b: Identity) => a.account === b.account && a.namespace === b.namespace;
