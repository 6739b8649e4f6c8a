/** Versions of three numbers, with or without a `v`; what stands behind them (`-alpha`, `+k3s1`) counts for nothing. */
export const numbersOf = (version: string): [major: number, minor: number, patch: number] => {
  const found = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0), Number(found?.[3] ?? 0)];
};

export const minorOf = (version: string): number => numbersOf(version)[1];

/** Below 0 when `one` is the older. */
export function compareVersions(one: string, other: string): number {
  const theirs = numbersOf(other);
  const at = numbersOf(one).findIndex((number, index) => number !== theirs[index]);
  return at < 0 ? 0 : (numbersOf(one)[at] ?? 0) - (theirs[at] ?? 0);
}
