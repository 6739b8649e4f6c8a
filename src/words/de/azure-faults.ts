import type { azureFaults as shape } from '../en/azure-faults.ts';

/** Was Azure abschlägt, und was an der Wahl für AKS nicht geht. */
const azureSays = (sentence: string) => (sentence === '' ? undefined : `Azure sagt: ${sentence}`);
const whyOf = (sentence: string) => {
  const why = azureSays(sentence);
  return why === undefined ? {} : { why };
};

const look = 'Sieh nach, was passt: meshwalk doctor --world aks';
const smaller = 'Mit weniger Nodes: meshwalk --world aks --nodes 2';
const elsewhere = 'In einer anderen Region: meshwalk --world aks --region westeurope';

export const azureFaults: typeof shape = {
  'azure.no-answer': (status, error) => ({
    what: status === 0 ? 'Azure lässt sich nicht fragen.' : `Azure antwortet mit HTTP ${status}.`,
    why: error,
    next: ['az account show'],
  }),
  'azure.login': (sentence) => ({
    what: 'Azure weiß nicht, wer du bist: die Anmeldung der Azure CLI fehlt oder ist abgelaufen.',
    ...whyOf(sentence),
    next: ['az login', 'Ist sie überhaupt da? az version'],
  }),
  'azure.no-subscription': () => ({
    what: 'Zu deiner Anmeldung gehört keine Subscription, die einen Cluster bezahlt.',
    why: 'Die Azure CLI kennt keine, oder es ist keine gewählt.',
    next: ['az account list --output table', 'az account set --subscription NAME'],
  }),
  'azure.subscription': (sentence) => ({
    what: 'Azure kennt diese Subscription nicht, oder deine Anmeldung darf sie nicht sehen.',
    ...whyOf(sentence),
    next: ['az account list --output table', 'meshwalk --world aks --subscription ID'],
  }),
  'azure.subscription-disabled': (sentence) => ({
    what: 'Die Subscription ist gesperrt: man kann sie lesen, aber nichts darin anlegen.',
    ...whyOf(sentence),
    next: ['az account list --output table', 'Nimm eine andere: meshwalk --world aks --subscription ID'],
  }),
  'azure.forbidden': (sentence) => ({
    what: 'Deine Anmeldung darf das in dieser Subscription nicht.',
    ...whyOf(sentence),
    next: [
      'Bitte die Besitzerin um die Rolle Contributor, wenigstens auf der Resource Group.',
      'Deine Rollen: az role assignment list --all --assignee you@example.com --output table',
    ],
  }),
  'azure.policy': (policies, sentence) => ({
    what:
      policies.length === 0
        ? 'Eine Policy deiner Organisation verbietet es.'
        : `Die Policy deiner Organisation verbietet es: ${policies.join(', ')}.`,
    ...whyOf(sentence),
    next: [
      'Sieh nach, was gilt: az policy assignment list --disable-scope-strict-match --output table',
      'Meist geht es um Regionen und Größen: meshwalk --world aks --region REGION --node-size SIZE',
    ],
  }),
  'azure.provider': (namespace) => ({
    what: `Die Subscription hat ${namespace} noch nie benutzt; das muss man einmal registrieren.`,
    why: 'Es dauert ein, zwei Minuten und kostet nichts.',
    next: [`az provider register --namespace ${namespace} --wait`],
  }),
  'azure.quota': (sentence) => ({
    what: 'Die Quota der Subscription an virtuellen CPUs reicht für diesen Cluster nicht.',
    ...whyOf(sentence),
    next: [look, smaller, elsewhere, 'Bitte um mehr: https://aka.ms/aks/quotas-skus-regions'],
  }),
  'azure.cluster-quota': (sentence) => ({
    what: 'Die Subscription hat so viele AKS-Cluster, wie sie haben darf.',
    ...whyOf(sentence),
    next: [
      'Sieh nach, welche: az aks list --output table',
      'Lösch, was dieser Kurs früher angelegt hat: meshwalk cleanup --world aks',
    ],
  }),
  'azure.size': (sentence) => ({
    what: 'Maschinen dieser Größe bietet Azure deiner Subscription in dieser Region nicht an.',
    ...whyOf(sentence),
    next: [look, 'Eine andere Größe: meshwalk --world aks --node-size Standard_D4s_v5', elsewhere],
  }),
  'azure.version': (sentence) => ({
    what: 'Diese Version von Kubernetes bietet AKS hier nicht an.',
    ...whyOf(sentence),
    next: ['az aks get-versions --location REGION --output table'],
  }),
  'azure.add-on': (sentence) => ({
    what: 'AKS schaltet das Add-on Open Service Mesh nicht mehr ein.',
    why: azureSays(sentence) ?? 'Das Add-on ist ausgelaufen.',
    next: [
      'Dieselben Lektionen gibt es in der Sandbox: meshwalk',
      'Oder auf einem Cluster, der OSM selbst hat: meshwalk --world cluster',
    ],
  }),
  'azure.busy': (sentence) => ({
    what: 'Azure arbeitet noch an dieser Gruppe oder diesem Cluster und nimmt keinen zweiten Auftrag an.',
    ...whyOf(sentence),
    next: [
      'Sieh den Stand: az aks list --output table',
      'Warte, bis Succeeded dasteht, und gib den Befehl dann noch einmal.',
    ],
  }),
  'azure.locked': (sentence) => ({
    what: 'Eine Sperre verhindert, dass das gelöscht wird.',
    ...whyOf(sentence),
    next: [
      'Nimm die Sperre weg (Azure-Portal, unter Sperren), oder frag, wer sie gesetzt hat; dann gib den Befehl noch einmal.',
    ],
  }),
  'azure.taken': (sentence) => ({
    what: 'Der Name gehört in Azure schon etwas anderem, und daraus lässt sich das hier nicht machen.',
    ...whyOf(sentence),
    next: [
      'Sieh nach, wo: az resource list --name NAME --output table',
      'Nimm einen anderen Namen: meshwalk --world aks --group my-meshwalk --cluster my-meshwalk-aks',
    ],
  }),
  'azure.throttled': (seconds) => ({
    what: 'Azure bittet um Geduld: aus dieser Subscription kamen zu viele Anfragen.',
    why: seconds > 0 ? `Es will ${seconds} s lang in Ruhe gelassen werden.` : 'Nach ein paar Minuten geht es wieder.',
    next: ['Warte und gib den Befehl dann noch einmal; was Azure begonnen hat, geht weiter.'],
  }),
  'azure.server': (status, code) => ({
    what: `Azure hat selbst ein Problem: es antwortet mit HTTP ${status}${code === '' ? '' : ` (${code})`}.`,
    why: 'Du kannst nichts dafür; was begonnen ist, geht weiter.',
    next: ['Versuch es in einer Minute noch einmal.', 'Was Microsoft weiß: https://status.azure.com'],
  }),
  'azure.unreachable': (code) => ({
    what: 'Azure ist von hier aus nicht zu erreichen.',
    why: `Die Verbindung endet mit ${code}.`,
    next: ['Gibt es ein Netz, einen Proxy, ein VPN? meshwalk doctor --world aks'],
  }),
  'azure.refused': (code, sentence) => ({
    what: code === '' ? 'Azure lehnt das ab.' : `Azure lehnt das ab, mit ${code}.`,
    ...whyOf(sentence),
    next: [look],
  }),
  'azure.endpoint': (endpoint) => ({
    what: `MESHWALK_ARM_ENDPOINT führt nicht auf diesen Rechner: ${endpoint}.`,
    why: 'Es ist für einen Resource Manager der Sandbox; ein Token geht mit, und das darf diesen Rechner nicht verlassen.',
    next: ['unset MESHWALK_ARM_ENDPOINT'],
  }),
  'azure.endpoint-settings': (missing) => ({
    what: `MESHWALK_ARM_ENDPOINT ist gesetzt, und was dazugehört, fehlt: ${missing.join(', ')}.`,
    next: ['unset MESHWALK_ARM_ENDPOINT'],
  }),

  'aks.choice.subscription': (subscription) => ({
    what: `"${subscription}" ist keine Id einer Subscription.`,
    why: 'Eine Id hat 32 hexadezimale Ziffern in fünf Gruppen; Namen können sich ändern, Ids nicht.',
    next: ['az account list --output table'],
  }),
  'aks.choice.group': (name) => ({
    what: `"${name}" kann nicht der Name der Resource Group sein.`,
    why: 'Höchstens 90 Buchstaben, Ziffern, Punkte, Bindestriche und Unterstriche, und kein Punkt am Ende.',
    next: ['meshwalk --world aks --group meshwalk-rg'],
  }),
  'aks.choice.cluster': (name) => ({
    what: `"${name}" kann nicht der Name des Clusters sein.`,
    why: 'Höchstens 63 Buchstaben, Ziffern, Bindestriche und Unterstriche, am Anfang und Ende ein Buchstabe oder eine Ziffer.',
    next: ['meshwalk --world aks --cluster meshwalk-aks'],
  }),
  'aks.choice.region': (name) => ({
    what: `"${name}" ist keine Region von Azure.`,
    why: 'Regionen schreibt man in einem Wort: southeastasia, westeurope.',
    next: ['az account list-locations --output table', 'meshwalk --world aks --region westeurope'],
  }),
  'aks.choice.nodes': (count, most) => ({
    what: `Ein Cluster mit ${count} Nodes ist nichts für diesen Kurs.`,
    why: `Es dürfen 1 bis ${most} sein; drei reichen, und jeder kostet Geld.`,
    next: ['meshwalk --world aks --nodes 3'],
  }),
  'aks.choice.size': (name) => ({
    what: `"${name}" ist keine Größe einer Maschine.`,
    next: ['meshwalk --world aks --node-size Standard_D4s_v5'],
  }),
  'aks.choice.arm': (name) => ({
    what: `Maschinen der Größe ${name} haben ARM-Prozessoren.`,
    why: 'Die Images des Bookstore gibt es nur für amd64; seine Pods blieben Pending.',
    next: ['meshwalk --world aks --node-size Standard_D4s_v5'],
  }),
  'aks.choice.small': (nodes, size, vcpus, least) => ({
    what: `${nodes === 1 ? 'Ein Node' : `${nodes} Nodes`}${size === '' ? '' : ` der Größe ${size}`} ${nodes === 1 ? 'kann' : 'können'} das Mesh nicht tragen.`,
    why: `Seine Control Plane verlangt fast zwei virtuelle CPUs neben dem, was AKS selbst braucht: ${least} zusammen, auf jedem Node mindestens zwei; hier sind es ${vcpus}.`,
    next: ['meshwalk --world aks --nodes 3', 'meshwalk --world aks --nodes 1 --node-size Standard_D4s_v5'],
  }),
};
