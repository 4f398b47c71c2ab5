// What is said of many samples: the middle one, and how far they spread.

/** @param fraction 0.5 for the median, 0.99 for what 99 of 100 stay below; the nearest sample, never an interpolation */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new Error('no samples were taken');
  return value;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Quotients of samples taken in the same round, so that a noisy moment is in both or in neither. */
export function ratios(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  return ours.map((value, index) => value / (theirs[index] ?? Number.NaN));
}
