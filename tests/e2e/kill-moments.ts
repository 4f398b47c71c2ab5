// The moments of an install at which something is killed, spread over all its steps: the same list in every run.

import type { StepKind } from '../../src/model/steps.js';

export interface Moment {
  /** `child`: the program that the executor runs just then; while packages are installed, the next dpkg. */
  readonly victim: 'daemon' | 'executor' | 'child';
  /** `tidy`: after the answer, while what is not needed any more is removed. */
  readonly step: StepKind | 'tidy';
  /** How far into the step, as a part of the time it took undisturbed. */
  readonly part: number;
}

const at = (victim: Moment['victim'], step: Moment['step'], ...parts: readonly number[]): readonly Moment[] =>
  parts.map((part) => ({ victim, step, part }));

export const MOMENTS: readonly Moment[] = [
  ...at('daemon', 'metadata.refresh', 0.5),
  ...at('daemon', 'packages.resolve', 0.6),
  ...at('daemon', 'packages.fetch', 0),
  ...at('daemon', 'tree.assemble', 0.15, 0.8),
  ...at('daemon', 'tree.finish', 0.5),
  ...at('daemon', 'tree.commit', 0.3, 0.95),
  ...at('daemon', 'deployment.write', 0.25, 0.7),
  ...at('daemon', 'tidy', 0.4),
  ...at('executor', 'packages.resolve', 0.4),
  ...at('executor', 'tree.assemble', 0.5),
  ...at('executor', 'tree.finish', 0.3),
  ...at('executor', 'tree.commit', 0.6),
  ...at('executor', 'deployment.write', 0.1, 0.5, 0.9),
  ...at('executor', 'tidy', 0.3),
  ...at('child', 'packages.resolve', 0.5),
  ...at('child', 'tree.assemble', 0.3, 0.6, 0.85),
];
