/**
 * The instructor's token comes in the fragment, which browsers send to nobody. It goes from the address bar, which may be
 * on a projector, into this tab's memory, so that a reload works.
 */
const key = 'meshwalk.instructor-token';

export function takeToken(): string | undefined {
  const given = /^#token=([A-Za-z0-9_-]{43})$/.exec(location.hash)?.[1];
  if (given === undefined) return sessionStorage.getItem(key) ?? undefined;
  sessionStorage.setItem(key, given);
  history.replaceState(null, '', location.pathname);
  return given;
}

export const forgetToken = (): void => sessionStorage.removeItem(key);
