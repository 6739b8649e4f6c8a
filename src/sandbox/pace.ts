/**
 * How fast things happen that cost time on a real cluster and teach nothing by waiting. `real` feels like AKS,
 * `brisk` keeps each phase visible, `instant` is for tests. Factors multiply the real durations.
 */
export type Pace = 'real' | 'brisk' | 'instant';

export const paceFactor: Record<Pace, number> = { real: 1, brisk: 0.08, instant: 0 };
