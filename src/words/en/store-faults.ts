/** Where a class is kept that several hosts serve. What is shown of its address holds no user and no password. */
const postgresSays: Readonly<Record<string, string>> = {
  '': 'It did not answer in time, or not as PostgreSQL does.',
  ECONNREFUSED: 'Nobody listens there.',
  ENOENT: 'There is no such socket.',
  ENOTFOUND: 'Its name is not known.',
  EAI_AGAIN: 'Its name cannot be looked up.',
  '28P01': 'It does not accept the password.',
  '28000': 'It does not let this user in.',
  '3D000': 'It has no such database.',
  '42501': 'This user may not make tables there.',
  '53300': 'It has too many connections.',
  '57P03': 'It is starting or stopping.',
};
const saying = (code: string) => postgresSays[code] ?? `It says ${code}.`;

export const storeFaults = {
  'class.store-address': () => ({
    what: "The address of the class's database cannot be read.",
    next: ['meshwalk class host --store postgres://meshwalk@db.example.com/classes'],
  }),
  'class.store-password': () => ({
    what: 'A password on the command line is seen by everybody on this machine.',
    next: ['Put the whole address into MESHWALK_CLASS_STORE, or into a file that MESHWALK_CLASS_STORE_FILE names.'],
  }),
  'class.store-file': (file: string) => ({
    what: `There is no file ${file}, which MESHWALK_CLASS_STORE_FILE names.`,
    next: [`Put the address of the class's database into it: postgres://user:password@host/database`],
  }),
  'class.store-unreachable': (place: string, code: string) => ({
    what: `The class cannot be kept in PostgreSQL at ${place}.`,
    why: saying(code),
    next: ['Try the same address with: psql'],
  }),
  'class.store-lost': (place: string) => ({
    what: `PostgreSQL at ${place} does not answer any more.`,
    why: 'The connection was lost.',
    next: ['Learners keep what they do and send it again; the host connects again by itself.'],
  }),
  'class.store-refused': (place: string, code: string) => ({
    what: `PostgreSQL at ${place} did not do what the class needs.`,
    why: saying(code),
    next: ["Look into the server's own log."],
  }),
  'class.store-version': (place: string, found: number, known: number) => ({
    what: `The tables of the class at ${place} have version ${found}.`,
    why: `This program knows version ${known}.`,
    next: ['Use the newer meshwalk that made them.'],
  }),
  'class.store-gone': () => ({
    what: 'The class was deleted from its database.',
    next: ['Start the host again: it begins a new one.'],
  }),
};
