// Deployments in boot order from one line: `staged booted* rollback pinned!`.

import type { Checksum, Deployment, Stateroot } from '../../src/model/deployment.js';
import { deploymentId } from '../../src/model/deployment.js';

/** Each word is a deployment: `*` booted, `+` staged, `!` pinned, `@NAME` of another stateroot. Its serial is its position. */
export function deployments(line: string): readonly Deployment[] {
  return line.split(' ').map((word, serial) => {
    const stateroot = (word.split('@')[1] ?? 'debian') as Stateroot;
    const checksum = String(serial).repeat(64).slice(0, 64) as Checksum;
    return {
      id: deploymentId({ stateroot, checksum, serial }),
      stateroot,
      checksum,
      serial,
      bootChecksum: 'b',
      booted: word.includes('*'),
      staged: word.includes('+'),
      pinned: word.includes('!'),
      unlocked: 'none',
      finalizationLocked: false,
      origin: '[origin]\nrefspec=debian/12\n',
      kargs: '',
      path: '/',
      commit: { timestampSeconds: 0, version: null, subject: '', parent: null, metadata: {} },
    };
  });
}

/** Positions, in the line, of the deployments with these ids. */
export function positions(line: string, ids: readonly string[]): readonly number[] {
  return ids.map((id) => deployments(line).findIndex((each) => each.id === id));
}
