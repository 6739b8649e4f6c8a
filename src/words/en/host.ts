/** What is told while lessons are opened and the world is built up for them. */
export const host = {
  prepare: {
    'starting-sandbox': 'Starting the sandbox',
    'sandbox-ready': 'The sandbox is ready',
    'reaching-cluster': 'Reaching the cluster',
    'cluster-reached': 'The cluster answers',
    'reaching-azure': 'Asking Azure',
    'azure-reached': 'Azure answers',
  },
  lookingAtWorld: 'Looking at what is there already',
  mistake: (log: string) => `meshwalk made a mistake; the log is ${log}`,
  notInWorld: (world: string) => `not in the ${world} world`,
  emptying: 'Emptying the sandbox',
  prepared: (lesson: string) => `Prepared: ${lesson}`,
  allPrepared: 'The starts of all lessons are there.',
  beyond: 'The cluster is beyond the start of this lesson; what later lessons changed is still there.',
  finished: (lesson: string | number) => `Finished. To do it again from its start: meshwalk reset ${lesson}`,
  shellGreeting: 'A shell in this world. Type exit to come back to the lesson.',
  noBrowser: (url: string) => `No browser could be started. The page is ${url}`,
  deleted: (object: string) => `${object} was deleted since.`,
  moreDrift: (count: number) => `And ${count} more.`,
  mayReplay: 'R shows it, and puts it back.',
  /** Where putting it back costs money. */
  maySee: 'R shows it.',
  /** Before what Azure is at work on. */
  underWay: 'Still under way; v looks again.',
  drift: (task: string, condition: string, saw: string) => `Changed since "${task}": ${condition}, but now: ${saw}.`,
};
