/** A shared state: the file with it, and where it is opened. */
export const stateFaults = {
  'state.unreadable': (file: string, errno: string) => ({
    what: `${file} cannot be read (${errno}).`,
    next: ['meshwalk state open ada.meshwalk-state'],
  }),
  'state.damaged': () => ({
    what: 'This is no shared state, or not all of it.',
    why: 'Its checksum, or what it holds, is not what meshwalk writes.',
    next: ['Ask for it again; its owner writes it with: meshwalk state save'],
  }),
  'state.later': () => ({
    what: 'A newer meshwalk wrote this shared state.',
    next: ['Bring meshwalk up to date, and open it again.'],
  }),
  'state.taken': (profile: string) => ({
    what: `The profile ${profile} is in use; a shared state takes the place of nothing.`,
    next: ['Choose another name: --profile NAME'],
  }),
  'state.not-written': (file: string, errno: string) => ({
    what: `The state cannot be written to ${file} (${errno}).`,
    next: ['Choose another file: meshwalk state save FILE'],
  }),
};
