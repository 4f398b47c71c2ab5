// One measured figure: its samples, the value that stands for them, and the most it may be.

import { median } from './statistics.js';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** The most the value may be, or null where none is set. */
  readonly target: number | null;
  /** The smallest and the largest sample. */
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

export type Unit = 'ms' | 's' | 'ratio' | 'MB' | '%';

interface Measured {
  readonly name: string;
  readonly unit: Unit;
  readonly samples: readonly number[];
  readonly target?: number;
  /** Default: the median of the samples. */
  readonly value?: number;
}

export function figure({ name, unit, samples, target, value }: Measured): Figure {
  return {
    name,
    value: value ?? median(samples),
    unit,
    target: target ?? null,
    low: Math.min(...samples),
    high: Math.max(...samples),
    samples: samples.length,
  };
}

export function isReached({ value, target }: Figure): boolean {
  return target === null || value <= target;
}
