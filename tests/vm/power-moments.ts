// When the power fails in each round: three kinds in turn, each at a moment drawn from the seed.

export interface Moment {
  readonly round: number;
  readonly kind: 'staged' | 'installing' | 'finalizing';
  /** How far into it, as a part of the time it took undisturbed. */
  readonly part: number;
  readonly title: string;
}

const KINDS = [
  ...(['staged', 'installing', 'finalizing', 'installing', 'finalizing'] as const),
  ...(['staged', 'installing', 'finalizing', 'installing', 'finalizing'] as const),
];

export function moments(seed: number): readonly Moment[] {
  const random = generator(seed);
  return KINDS.map((kind, index) => {
    const part = 0.05 + 0.95 * random();
    const percent = `${Math.round(part * 100)} %`;
    const titles = {
      staged: 'after staging, before the shutdown',
      installing: `at ${percent} of an install`,
      finalizing: `at ${percent} of the shutdown that finalizes`,
    };
    return { round: index + 1, kind, part, title: titles[kind] };
  });
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
