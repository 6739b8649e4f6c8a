// Somebody who writes to the walk's cluster all the time, and remembers what the API server acknowledged.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';

interface Access {
  server: string;
  ca: string;
  token: string;
}

const everyMs = 25;
const label = 'written-by=walk-test';

export class AcknowledgedWriter {
  readonly #kubeconfig: string;
  /** Name to value, of every create and update that was answered with success. */
  readonly #stored = new Map<string, string>();
  readonly #deleted = new Set<string>();
  /** Asked for when the server went away: it may have happened or not. */
  readonly #unsure = new Set<string>();
  #count = 0;
  #isOn = true;
  #loop: Promise<void>;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
    this.#loop = this.#write();
  }

  get acknowledged(): number {
    return this.#stored.size + this.#deleted.size;
  }

  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#loop;
  }

  /** What the cluster lacks of all that was acknowledged, one sentence each. */
  async lost(): Promise<string[]> {
    await this.stop();
    const access = accessOf(this.#kubeconfig);
    if (!access) return this.acknowledged === 0 ? [] : ['the kubeconfig is gone'];
    const answer = await send(access, 'GET', `?labelSelector=${encodeURIComponent(label)}`);
    const { items } = JSON.parse(answer.body) as { items?: { metadata: { name: string }; data: { value: string } }[] };
    if (!items) return [`the list was answered with ${answer.status}: ${answer.body}`];
    const there = new Map(items.map(({ metadata, data }) => [metadata.name, data.value]));
    const lost: string[] = [];
    for (const [name, value] of this.#stored) {
      if (this.#unsure.has(name)) continue;
      if (there.get(name) !== value) lost.push(`${name} is ${there.get(name)} and was acknowledged as ${value}`);
    }
    for (const name of this.#deleted) if (there.has(name)) lost.push(`${name} is back after its deletion`);
    return lost;
  }

  resume(): void {
    this.#isOn = true;
    this.#loop = this.#write();
  }

  async #write(): Promise<void> {
    while (this.#isOn) {
      const access = accessOf(this.#kubeconfig);
      // No cluster yet, or none right now: that is what the test is about.
      if (access) await this.#writeOne(access).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  /** Creates, and now and then changes or deletes an earlier one. */
  async #writeOne(access: Access): Promise<void> {
    this.#count += 1;
    const value = String(this.#count);
    const earlier = [...this.#stored.keys()].filter((name) => !this.#unsure.has(name))[this.#count % 7];
    const turn = this.#count % 5;
    const name = earlier !== undefined && turn >= 3 ? earlier : `write-${this.#count}`;
    this.#unsure.add(name);
    if (name !== earlier) {
      const labels = { 'written-by': 'walk-test' };
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { value } };
      if ((await send(access, 'POST', '', object)).status !== 201) return;
      this.#stored.set(name, value);
    } else if (turn === 3) {
      if ((await send(access, 'PATCH', `/${name}`, { data: { value } })).status !== 200) return;
      this.#stored.set(name, value);
    } else {
      if ((await send(access, 'DELETE', `/${name}`)).status !== 200) return;
      this.#stored.delete(name);
      this.#deleted.add(name);
    }
    this.#unsure.delete(name);
  }
}

function accessOf(kubeconfig: string): Access | undefined {
  let content: string;
  try {
    content = readFileSync(kubeconfig, 'utf8');
  } catch {
    return undefined;
  }
  const { clusters, users } = parse(content) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (!cluster || !user) return undefined;
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
  return { server: cluster.server, ca, token: user.token };
}

const agent = new Agent({ keepAlive: false });

function send(access: Access, method: string, path: string, body?: object): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const sent = request(
    `${access.server}/api/v1/namespaces/default/configmaps${path}`,
    { method, ca: access.ca, agent, headers: { authorization: `Bearer ${access.token}`, 'content-type': type } },
    (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
    },
  );
  sent.on('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}
