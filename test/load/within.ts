/** Resolves when `begin` says so, or when the time is up: what is missing then is the caller's to see. */
export async function within(ms: number, begin: (resolve: () => void) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  begin(resolve);
  await promise;
  clearTimeout(timer);
}
