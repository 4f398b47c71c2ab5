// What a killed process had done is in memory, as far as anybody knows: once it is called done it is on the disk.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { STEP_HANDLERS } from '../../src/executor/handlers.js';
import { ExecutorSession } from '../../src/executor/session.js';
import { tidy } from '../../src/executor/tidy.js';
import { parseRequest } from '../../src/model/request.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { newTransactionId } from '../../src/system/transaction-id.js';

test('an effect that a probe finds is on disk before the step is done', async (t) => {
  const { path, image, mount } = diskWithSysroot(t);
  const found: typeof STEP_HANDLERS = {
    ...STEP_HANDLERS,
    'pin.write': { ...STEP_HANDLERS['pin.write'], probe: async () => ({ found: {} }) },
  };
  const session = new ExecutorSession({
    task: {
      transaction: newTransactionId(),
      request: parseRequest({ kind: 'pin', stateroot: 'debian', deployment: '0', pinned: true }),
      caller: { uid: 0, pid: process.pid, sender: 'peer', client: 'test', commandLine: null },
      sysroot: path,
      bootId: 'boot',
    },
    abilities: { handlers: found, tidy },
    report: () => undefined,
  });
  writeFileSync(join(path, 'ostree/effect'), 'of who was killed');
  assert.equal(isOnDisk(image, mount), false, 'nobody has synced it');
  const answer = await session.obey({ type: 'perform', kind: 'pin.write', facts: {}, recovering: true });
  assert.deepEqual(answer, { type: 'done', gave: {}, unchanged: null, found: true });
  assert.equal(isOnDisk(image, mount), true);
});

/** As after a power cut: what the filesystem has not written to its image is not there. */
function isOnDisk(image: string, mount: string): boolean {
  const copy = `${image}.copy`;
  execFileSync('cp', ['--sparse=always', image, copy]);
  execFileSync('mount', ['-o', 'loop', copy, mount]);
  try {
    return existsSync(join(mount, 'ostree/effect'));
  } finally {
    execFileSync('umount', [mount]);
    rmSync(copy);
  }
}

function diskWithSysroot(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'found-effect-'));
  const [image, path, mount] = [join(directory, 'image'), join(directory, 'sysroot'), join(directory, 'copy')] as const;
  for (const each of [path, mount]) mkdirSync(each);
  execFileSync('truncate', ['-s', '64M', image]);
  execFileSync('mkfs.ext4', ['-q', image]);
  // nothing is written but what is synced, for as long as the test may take
  execFileSync('mount', ['-o', 'loop,commit=3600', image, path]);
  t.after(() => {
    // lazily: the session keeps its lock for as long as this process lives
    execFileSync('umount', ['--lazy', path]);
    rmSync(directory, { recursive: true });
  });
  Sysroot.initialize(path);
  execFileSync('sync', ['--file-system', path]);
  return { path, image, mount };
}
