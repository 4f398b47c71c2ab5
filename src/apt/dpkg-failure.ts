// Turns a failed run of dpkg into an error that names the package, the phase and the last thing its script said.

import { AptOstreeError } from '../model/errors.js';
import type { PackageFailure, ScriptLog } from './script-log.js';

export function dpkgFailure(log: ScriptLog, lastLine: string): AptOstreeError {
  const failure = log.failure();
  if (failure === null) return new AptOstreeError('dpkg-failed', `cannot install packages: ${lastLine}`);
  if (NO_SPACE.test(`${failure.reason}\n${failure.lastLine ?? ''}`))
    return new AptOstreeError('no-space', `cannot ${failure.phase} ${failure.package}: no space left on the device`);
  const overwrite = /trying to overwrite '([^']+)', which is also in package (\S+)/.exec(failure.reason);
  if (overwrite !== null)
    return new AptOstreeError(
      'file-conflict',
      `cannot unpack ${failure.package}: ${overwrite[1]} is also in package ${overwrite[2]}`,
    );
  if (/maintainer script|script subprocess|subprocess .*returned error|was killed by signal/.test(failure.reason))
    return scriptFailure(failure);
  return new AptOstreeError('dpkg-failed', `cannot ${failure.phase} ${failure.package}: ${failure.reason}`);
}

const NO_SPACE = /No space left on device/i;

function scriptFailure({ package: name, phase, reason, lastLine }: PackageFailure): AptOstreeError {
  const script = /(pre|post)-?(installation|removal)/.exec(reason)?.[0] ?? `${phase}`;
  const status = /(?:returned error )?(exit status \d+|killed by signal \([^)]*\))/.exec(reason)?.[1] ?? reason;
  const said = lastLine === null ? 'it printed nothing' : `its last words: ${lastLine}`;
  return new AptOstreeError(
    'script-failed',
    `cannot ${phase} ${name}: its ${script} script ended with ${status}; ${said}`,
  );
}
