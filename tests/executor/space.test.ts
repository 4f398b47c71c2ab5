// The limits of memory and disk that scripts run into, on filesystems small enough to be filled.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

/** In a mount namespace of its own; prints what CHECK gives. */
function inNamespace(check: string): string {
  const modules = ['mounts', 'space-watch'].map(
    (name) => new URL(`../../src/executor/sandbox/${name}.js`, import.meta.url),
  );
  const script = `
    import { mkdtempSync, writeFileSync, statfsSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { mountTmpfs } = await import('${modules[0]}');
    const { watchSpace } = await import('${modules[1]}');
    const place = mkdtempSync('/tmp/space-');
    ${check}`;
  const args = ['--mount', '--propagation', 'private', process.execPath, '--input-type=module', '-e', script];
  const { stdout, stderr, status } = spawnSync('unshare', args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

test('files that take no space are counted all the same', () => {
  const made = inNamespace(`
    await mountTmpfs(place, { sizeBytes: 1 << 20, inodes: 64 });
    let made = 0;
    try { for (;;) { writeFileSync(place + '/' + made, ''); made += 1; } } catch (error) { console.log(made, error.code); }`);
  assert.match(made, /^6\d ENOSPC$/);
});

test('a disk is given up before a script has filled it', () => {
  const seen = inNamespace(
    `
    await mountTmpfs(place, { sizeBytes: 100 << 20, inodes: 64 });
    const watch = watchSpace(place);
    const full = new Promise((resolve) => watch.signal.addEventListener('abort', resolve));
    writeFileSync(place + '/a', Buffer.alloc(20 << 20));
    await sleep(700);
    const early = watch.signal.aborted;
    writeFileSync(place + '/b', Buffer.alloc(30 << 20));
    await full;
    console.log(early, statfsSync(place).bavail > 0);
    process.exit(0);`,
  );
  assert.equal(seen, 'false true');
});
