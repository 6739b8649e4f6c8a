import type { Fault } from '../fault.ts';
import type { PreflightWords } from '../words/en/preflight.ts';
import { type AzSubscription, azureAccess, subscriptionsOf } from '../world/aks/azure-access.ts';
import { type AksChoices, defaultChoices, readChoices } from '../world/aks/choices.ts';
import type { QuotaLine, QuotaVerdict, SizeVerdict } from '../world/aks/offers.ts';
import type {
  AksReadings,
  ProviderReading,
  Reading,
  SubscriptionReading,
  VersionReading,
} from '../world/aks/preflight.ts';
import { type Retirement, retirementOf } from '../world/retirement.ts';
import { examination, type Setting } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Ground } from './ground.ts';

/** The subscription that would pay: who is signed in, what may be made there, and whether the mesh still comes with it. */
export type AzureFacts =
  | { type: 'no-access'; fault: Fault }
  | { type: 'read'; account: AzSubscription | undefined; choices: AksChoices; readings: AksReadings };

export const azure = examination<AzureFacts>({
  group: 'azure',
  worlds: ['aks'],
  look: lookAtAzure,
  judge: judgeAzure,
});

async function lookAtAzure({ environment, folders, clock }: Ground): Promise<AzureFacts> {
  const { Fault } = await import('../fault.ts');
  const choices = readChoices(folders.state) ?? defaultChoices;
  try {
    const access = azureAccess(environment, choices.subscription);
    const account = subscriptionsOf(environment).find(({ id }) => id === access.subscriptionId);
    const { readAks } = await import('../world/aks/preflight.ts');
    const { systemRandom } = await import('../platform/random.ts');
    return {
      type: 'read',
      account,
      choices,
      readings: await readAks(access, choices, { clock, random: systemRandom }),
    };
  } catch (error) {
    if (error instanceof Fault) return { type: 'no-access', fault: error };
    throw error;
  }
}

export function judgeAzure(facts: AzureFacts, words: PreflightWords, setting: Pick<Setting, 'told'>): Finding[] {
  const { azure: said } = words;
  const signIn = { id: 'sign-in', what: said.signIn };
  if (facts.type === 'no-access') return [refused(signIn, facts.fault, 'bad', setting)];
  const { readings, account, choices } = facts;
  const { subscription, provider, versions, size, quota } = readings;
  // One refusal that meets every question is told once.
  const faults = [subscription, provider, versions, size, quota].map((one) =>
    one.type === 'failed' ? one.fault : undefined,
  );
  const [first] = faults;
  if (first && faults.every((fault) => fault?.code === first.code)) return [refused(signIn, first, 'bad', setting)];
  const judged = <T>(
    id: string,
    what: string,
    reading: Reading<T>,
    judge: (value: T) => Omit<Finding, 'id' | 'what'>,
  ): Finding =>
    reading.type === 'read'
      ? { id, what, ...judge(reading.value) }
      : refused({ id, what }, reading.fault, 'unknown', setting);
  return [
    { ...signIn, status: 'good', saw: account?.user ?? said.signedIn },
    judged('subscription', said.subscription, subscription, (value) => judgeSubscription(value, words)),
    judged('provider', said.provider, provider, (value) => judgeProvider(value, choices, words)),
    judged('versions', said.versions, versions, (value) => judgeVersions(value, choices, words)),
    judged('size', said.size, size, (value) => judgeSize(value, choices, words)),
    judged('quota', said.quota, quota, (value) => judgeQuota(value, choices, words)),
  ];
}

type Verdict = Omit<Finding, 'id' | 'what'>;

function refused(
  about: Pick<Finding, 'id' | 'what'>,
  fault: Fault,
  status: 'bad' | 'unknown',
  { told }: Pick<Setting, 'told'>,
): Finding {
  const { what, why, next } = told(fault);
  return { ...about, status, saw: what, ...(why !== undefined && { why }), next };
}

const good = (saw: string): Verdict => ({ status: 'good', saw });

function judgeSubscription({ name, id, state }: SubscriptionReading, { azure: said }: PreflightWords): Verdict {
  const saw = said.named(name, id, state);
  if (state === 'Enabled') return good(saw);
  const next = ['az account list --output table'];
  // Azure still lets them make things, for a while.
  const isUsable = state === 'Warned' || state === 'PastDue';
  return { status: isUsable ? 'note' : 'bad', saw, why: isUsable ? said.pastDue : said.disabled, next };
}

function judgeProvider(provider: ProviderReading, { region }: AksChoices, { azure: said }: PreflightWords): Verdict {
  const { namespace, registrationState, isInRegion } = provider;
  const saw = `${namespace} ${registrationState}`;
  if (isInRegion === false) return { status: 'bad', saw, why: said.notInRegion(region), next: [elsewhere] };
  if (registrationState === 'Registered') return good(saw);
  return {
    status: 'note',
    saw,
    why: said.notRegistered,
    next: [`az provider register --namespace ${namespace} --wait`],
  };
}

const elsewhere = 'meshwalk --world aks --region westeurope';

function judgeVersions(
  versions: readonly VersionReading[],
  { region }: AksChoices,
  { azure: said }: PreflightWords,
): Verdict {
  const usual = versions.filter(({ isPreview, hasStandardSupport }) => !isPreview && hasStandardSupport);
  const preset = versions.find(({ isDefault }) => isDefault)?.version;
  const next = [`az aks get-versions --location ${region} --output table`];
  if (usual.length === 0) return { status: 'bad', saw: said.noVersions(region), why: said.versionsNeeded, next };
  return good(
    said.offered(
      usual.map(({ version }) => version),
      preset,
    ),
  );
}

function judgeSize(size: SizeVerdict, { region }: AksChoices, { azure: said }: PreflightWords): Verdict {
  switch (size.type) {
    case 'picked-by-aks':
      if (size.candidates.length > 0) return good(said.picked(size.candidates));
      return { status: 'bad', saw: said.noSize(region), why: said.sizeNeeded, next: [elsewhere] };
    case 'offered':
      return good(said.sized(size.name, size.vcpus));
    case 'restricted':
    case 'unknown': {
      const next = size.instead.map((name) => `meshwalk --world aks --node-size ${name}`);
      return {
        status: 'bad',
        saw: said.notOffered(size.name, region),
        why: said.sizeNeeded,
        next: next.length > 0 ? next : [elsewhere],
      };
    }
  }
}

function judgeQuota(
  { needed, regional, family, isEnough }: QuotaVerdict,
  choices: AksChoices,
  { azure: said }: PreflightWords,
): Verdict {
  const lines = [regional, family].flatMap((line) => (line ? [line] : []));
  const saw = said.vcpus(
    needed,
    lines.map((line) => said.left(left(line), line.limit, line.name)),
  );
  if (isEnough) return good(saw);
  const fewer = choices.nodeCount > 2 ? ['meshwalk --world aks --nodes 2'] : [];
  const next = [`az vm list-usage --location ${choices.region} --output table`, ...fewer, elsewhere];
  return { status: 'bad', saw, why: said.quotaNeeded, next };
}

const left = ({ used, limit }: QuotaLine): number => Math.max(0, limit - used);

/** What the calendar says of the add-on; nobody else tells whether AKS still takes it before a cluster is asked for. */
export const retirement = examination<Retirement>({
  group: 'azure',
  worlds: ['aks'],
  look: ({ clock }) => retirementOf(new Date(clock.now())),
  judge: judgeRetirement,
});

export function judgeRetirement(
  { phase, day, daysLeft, source }: Retirement,
  { azure: said }: PreflightWords,
): Finding[] {
  const about = { id: 'add-on', what: said.addOn };
  if (phase === 'supported') return [{ ...about, status: 'good', saw: said.supported(day, daysLeft) }];
  if (phase === 'ending')
    return [{ ...about, status: 'note', saw: said.supported(day, daysLeft), why: said.ending, next: [source] }];
  return [
    {
      ...about,
      status: 'bad',
      saw: said.ended(day),
      why: said.afterEnd,
      next: ['meshwalk', 'meshwalk --world cluster'],
    },
  ];
}
