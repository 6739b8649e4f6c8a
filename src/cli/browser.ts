/** Opens a page of the web, and nothing else, in the learner's own browser. */
export function openInBrowser(url: string, onNone: () => void): void {
  if (!/^https?:\/\//.test(url)) return;
  const opening = import('open').then(({ default: open }) => open(url));
  opening.catch(onNone);
}
