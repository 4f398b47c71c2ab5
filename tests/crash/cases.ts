// Which deaths to try, told from what an undisturbed run, or a run with one death, has passed.

import type { Fate, Fault, Omission, TraceLine } from './plan.js';
import { passages } from './plan.js';
import { planOf, type Scenario } from './scenarios.js';

export interface Case {
  readonly scenario: Scenario;
  readonly fates: readonly Fate[];
  readonly fault?: Fault;
  /** The undisturbed run that tells which system calls there are. */
  readonly recordsCalls?: boolean;
  readonly without?: Omission;
}

/** Names a case in full: what has to be given to run it alone. */
export function nameOf({ scenario, fates, fault, without }: Case): string {
  const deaths = fates.map(({ at, nth, victim }) => `${at}${nth > 1 ? ` #${nth}` : ''} (${victim})`);
  const faults = fault === undefined ? [] : [`${fault.during}: ${fault.syscall} #${fault.nth} (${fault.effect})`];
  const omissions = without === undefined ? [] : [`without the ${without.part} of ${without.kind}`];
  return [scenario.name, ...omissions, ...deaths, ...faults].join(' > ');
}

/** Who dies at a boundary where several may: each in a case of its own, or daemon and executor by turns, and no child. */
export type Victims = 'everybody' | 'taking turns';

/** Steps of the plan that a run did not perform: their boundaries would be missing from the matrix. */
export function notPerformed(scenario: Scenario, trace: readonly TraceLine[]): readonly string[] {
  if (scenario.from !== undefined) return [];
  const missing = planOf(scenario).filter((kind) => !trace.some((line) => isAt(line, `perform ${kind} after`)));
  return missing.map((kind) => `${kind} was not performed`);
}

/** One death at each boundary of the scenario. */
export function firstDeaths(scenario: Scenario, trace: readonly TraceLine[], victims: Victims): readonly Case[] {
  const from = scenario.from === undefined ? 0 : trace.findIndex((line) => isAt(line, scenario.from ?? ''));
  if (from < 0) throw new Error(`${scenario.name} never passes ${scenario.from}`);
  return deathsIn(trace, { from, to: trace.length, victims })
    .filter(({ at }) => scenario.steps === undefined || scenario.steps.some((step) => at.includes(` ${step}`)))
    .map((fate) => ({ scenario, fates: [fate] }));
}

/** A case that was run, and what it passed. */
export interface Run {
  readonly case: Case;
  readonly trace: readonly TraceLine[];
}

/** Runs whose recovery is worth a second death; by turns, those of one victim for each boundary of the first. */
export function recoveries(runs: readonly Run[], victims: Victims): readonly Run[] {
  const own = runs.filter(({ case: { fates } }) => fates.every(leadsToOwnRecovery));
  if (victims === 'everybody') return own;
  const boundaries = new Map<string, readonly Run[]>();
  for (const run of own) {
    const key = run.case.fates.map(({ at, nth }) => `${at} ${nth}`).join();
    boundaries.set(key, [...(boundaries.get(key) ?? []), run]);
  }
  return [...boundaries.values()].flatMap((same, turn) => same.slice(turn % same.length, (turn % same.length) + 1));
}

/**
 * A second death at each boundary until what was in flight at the first one is settled: from there on, disk and journal are
 * those of a run without it.
 */
export function secondDeaths({ case: first, trace }: Run, victims: Victims): readonly Case[] {
  const from = trace.findIndex(({ type }) => type === 'struck') + 1;
  return deathsIn(trace, { from, to: settledAt(trace, from), victims })
    .filter(({ at }) => !at.startsWith('child '))
    .map((second) => ({ scenario: first.scenario, fates: [...first.fates, second] }));
}

/** A death beside a row leaves what the death at the neighbouring effect leaves; a child's death is a failure, not a crash. */
function leadsToOwnRecovery({ at, victim }: Fate): boolean {
  return victim !== 'child' && /^(perform|probe|undo|tidy|middle)/.test(at);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly victims: Victims;
}

function deathsIn(trace: readonly TraceLine[], { from, to, victims }: Stretch): readonly Fate[] {
  let turn = 0;
  return trace.slice(from, to).flatMap((line, index) => {
    if (line.type !== 'passed') return [];
    const nth = passages(trace.slice(0, from + index + 1), line.at);
    const all = victimsAt(line);
    const grown = all.filter((victim) => victim !== 'child');
    const chosen = victims === 'everybody' || grown.length === 0 ? all : [grown[turn++ % grown.length]];
    return chosen.flatMap((victim) => (victim === undefined ? [] : [{ at: line.at, nth, victim }]));
  });
}

function victimsAt({ at, who, hasChild }: Extract<TraceLine, { type: 'passed' }>): readonly Fate['victim'][] {
  if (who === 'daemon') return at.endsWith('before') && hasChild ? ['daemon', 'executor'] : ['daemon'];
  if (at.startsWith('child')) return ['child', 'executor'];
  return at.startsWith('middle') && hasChild ? ['child', 'executor', 'daemon'] : ['executor', 'daemon'];
}

/** Behind the row that ends the interrupted step, or the end where none was interrupted. */
function settledAt(trace: readonly TraceLine[], from: number): number {
  const attempted = trace.slice(from).find((line) => line.type === 'passed' && line.at.startsWith('journal ATTEMPTED'));
  const index = attempted?.type === 'passed' ? / (\d+) /.exec(attempted.at)?.[1] : undefined;
  const ends = ['STEP_DONE', 'STEP_FAILED', 'UNDO_DONE', 'UNDO_FAILED'].map((type) => `journal ${type} ${index} after`);
  const at = trace.findIndex((line, position) => position >= from && ends.some((end) => isAt(line, end)));
  return at < 0 ? trace.length : at + 1;
}

function isAt(line: TraceLine, at: string): boolean {
  return line.type === 'passed' && line.at === at;
}
