// Users by name and by number, as the machine's name service knows them.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AptOstreeError } from '../model/errors.js';

/** The number of `root` or of `0`. @throws invalid-argument */
export function uidOf(user: string): number {
  if (/^\d{1,10}$/.test(user)) return Number(user);
  // also users that are in no file, as those of a directory service
  const answer = spawnSync('getent', ['passwd', '--', user], { encoding: 'utf8' });
  const uid = answer.stdout?.split(':')[2];
  if (answer.status === 0 && uid !== undefined) return Number(uid);
  throw new AptOstreeError('invalid-argument', `cannot find user ${JSON.stringify(user)}`);
}

/** Name by uid, for showing: a user that is not in the file stays a number. */
export function userNames(passwd = readPasswd()): (uid: number) => string {
  const names = new Map(
    passwd.split('\n').flatMap((line) => {
      const [name, , uid] = line.split(':');
      return name === undefined || uid === undefined ? [] : [[Number(uid), name] as const];
    }),
  );
  return (uid) => names.get(uid) ?? String(uid);
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    // numbers are shown then, which say the same
    return '';
  }
}
