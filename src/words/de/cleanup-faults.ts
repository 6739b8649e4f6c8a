import type { cleanupFaults as shape } from '../en/cleanup-faults.ts';

export const cleanupFaults: typeof shape = {
  'cleanup.sandbox': () => ({
    what: 'In der Sandbox gibt es nichts aufzuräumen: sie ist ein Ordner von dir und kostet nichts.',
    next: ['Um sie zu leeren: meshwalk reset --all', 'In Azure: meshwalk cleanup --world aks'],
  }),
  'cleanup.not-agreed': (world) => ({
    what: 'Es wird nichts entfernt: hier kann niemand gefragt werden.',
    why: 'Was gelöscht ist, kommt nicht wieder.',
    next: [`meshwalk cleanup --world ${world} --yes`],
  }),
  'cleanup.no-tag': (group, tag) => ({
    what: `Die Resource Group ${group} bleibt, wie sie ist.`,
    why: `Den Tag ${tag} trägt sie nicht mehr.`,
    next: [`az group show --name ${group} --query tags`],
  }),
  'kubeconfig.unwritable': (file, errno) => ({
    what: `Die kubeconfig ${file} lässt sich nicht ändern.`,
    why:
      errno === 'EEXIST'
        ? 'Ein anderes Programm schreibt sie gerade, oder es hat seine Sperrdatei liegen lassen.'
        : `Das System sagt ${errno}.`,
    next: [`ls -l ${file}*`],
  }),
};
