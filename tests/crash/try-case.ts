// One case on one sysroot, from bringing it to the starting point to holding the end against all invariants.

import { violationsAtDeath } from './at-death.js';
import { type Case, nameOf } from './cases.js';
import { brokenCommit } from './integrity.js';
import { violations } from './invariants.js';
import type { Lane } from './lane.js';
import { live, type Story } from './lives.js';
import { type Ended, snapshot } from './outcome.js';
import { callsDirectory, type TraceLine } from './plan.js';
import { cameToPass } from './system-call-fault.js';
import { type Calls, readCalls } from './system-calls.js';

export interface Tried {
  readonly trace: readonly TraceLine[];
  /** What each work's system calls were; empty unless they were recorded. */
  readonly calls: Calls;
  /** Whether its system call was made, and so went wrong. */
  readonly isHit: boolean;
  /** One line each. */
  readonly failures: readonly string[];
}

export async function tryCase(lane: Lane, each: Case): Promise<Tried> {
  const { scenario, fates, fault = null, recordsCalls = false, without = null } = each;
  const found: string[] = [];
  try {
    await scenario.prepare(lane);
    const before = snapshot(lane);
    const { failing = null, cancelAt = null, ends } = scenario;
    const story = await live(lane, scenario.request(lane), {
      doom: { fates, failing, cancelAt, fault, recordsCalls, without },
      onDeath: () => found.push(...violationsAtDeath(lane, before)),
    });
    const calls = recordsCalls ? readCalls(callsDirectory(lane.traceFile)) : new Map();
    const isUndisturbed = fates.length === 0 && fault === null;
    const mayFail = failing !== null || fault !== null || fates.some(({ victim }) => victim === 'child');
    found.push(
      ...unfulfilled(story, each),
      ...(await afterwards(lane, { before, story, ends: isUndisturbed ? ends : null, mayFail })),
    );
    return { trace: story.trace, calls, isHit: cameToPass({ fault, trace: lane.traceFile }), failures: found };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { trace: [], calls: new Map(), isHit: false, failures: [...found, reason ?? `${nameOf(each)} failed`] };
  }
}

export async function afterwards(lane: Lane, ended: Omit<Ended, 'after'>): Promise<readonly string[]> {
  const after = snapshot(lane);
  const fresh = after.deployments.filter(({ id }) => !ended.before.fingerprints.has(id));
  const broken = await Promise.all(fresh.map(({ checksum }) => brokenCommit(lane, checksum)));
  return [...violations(lane, { ...ended, after }), ...broken.flat()];
}

/** The same request from the same state passes the same boundaries: one that is missed means that they depend on chance. */
function unfulfilled({ trace }: Story, { fates, fault }: Case): readonly string[] {
  const struck = trace.filter(({ type }) => type === 'struck').length;
  const isFaulty = trace.some(({ type }) => type === 'faulty');
  return [
    ...(struck === fates.length ? [] : [`only ${struck} of ${fates.length} deaths came to pass`]),
    ...(fault !== undefined && !isFaulty ? [`${fault.during} did not come to pass`] : []),
  ];
}
