/** Why `meshwalk cleanup` leaves something as it is; part of the table of Faults. */
export const cleanupFaults = {
  'cleanup.sandbox': () => ({
    what: 'There is nothing to clean up in the sandbox: it is a folder of yours and costs nothing.',
    next: ['To empty it: meshwalk reset --all', 'In Azure: meshwalk cleanup --world aks'],
  }),
  'cleanup.not-agreed': (world: string) => ({
    what: 'Nothing is removed: nobody can be asked here.',
    why: 'What is deleted cannot be brought back.',
    next: [`meshwalk cleanup --world ${world} --yes`],
  }),
  'cleanup.no-tag': (group: string, tag: string) => ({
    what: `The resource group ${group} is left alone.`,
    why: `It does not carry the tag ${tag} any more.`,
    next: [`az group show --name ${group} --query tags`],
  }),
  'kubeconfig.unwritable': (file: string, errno: string) => ({
    what: `The kubeconfig ${file} cannot be changed.`,
    why:
      errno === 'EEXIST' ? 'Another program is writing it, or left its lock file behind.' : `The system says ${errno}.`,
    next: [`ls -l ${file}*`],
  }),
};
