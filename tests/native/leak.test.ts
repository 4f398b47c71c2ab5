import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Repo } from '../../src/native/repo.js';
import { Sysroot } from '../../src/native/sysroot.js';
import { DEBIAN, ORIGIN, tinySysroot } from './tiny-sysroot.js';

const ROUNDS = 10_000;
const WARM_UP_ROUNDS = 2000;
const ALLOWED_GROWTH_BYTES = 10_000_000;

test('ten thousand readings leave memory and descriptors as they were', { timeout: 120_000 }, (t) => {
  const { sysroot, commit } = tinySysroot(t);
  const one = sysroot.deploy({ stateroot: DEBIAN, checksum: commit('1'), origin: ORIGIN, merge: null, kargs: ['a'] });
  const two = commit('2');
  sysroot.deploy({ stateroot: DEBIAN, checksum: two, origin: ORIGIN, merge: one, kargs: null });
  const read = () => {
    using each = Sysroot.open(sysroot.path);
    assert.equal(each.deployments().length, 2);
    assert.equal(each.repo().commitFacts(two).version, '2');
    assert.equal(each.loadIfChanged(), false);
  };
  repeat(WARM_UP_ROUNDS, read);
  const before = resources();
  const from = performance.now();
  repeat(ROUNDS, read);
  const perRoundMs = (performance.now() - from) / ROUNDS;
  const after = resources();
  t.diagnostic(`open, deployments, commit, close: ${perRoundMs.toFixed(3)} ms a round, ${ROUNDS} rounds`);
  report(t, before, after);
});

test('ten thousand looks at an open sysroot and its repo leave memory and descriptors as they were', {
  timeout: 120_000,
}, (t) => {
  const { sysroot, commit } = tinySysroot(t);
  const checksum = commit('1');
  sysroot.deploy({ stateroot: DEBIAN, checksum, origin: ORIGIN, merge: null, kargs: ['a'] });
  const look = () => {
    sysroot.loadIfChanged();
    sysroot.deployments();
    sysroot.repo().refs(null);
    sysroot.repo().resolve('base');
    sysroot.repo().readFile(checksum, '/usr/lib/os-release');
    assert.throws(() => sysroot.repo().commitFacts('0'.repeat(64) as typeof checksum));
    assert.throws(() => Repo.open('/nowhere'));
  };
  repeat(WARM_UP_ROUNDS, look);
  const before = resources();
  repeat(ROUNDS, look);
  report(t, before, resources());
});

interface Resources {
  readonly rssBytes: number;
  readonly descriptors: number;
}

function resources(): Resources {
  return { rssBytes: process.memoryUsage.rss(), descriptors: readdirSync('/proc/self/fd').length };
}

function repeat(rounds: number, run: () => void): void {
  for (let round = 0; round < rounds; round++) run();
}

function report(t: { diagnostic(message: string): void }, before: Resources, after: Resources): void {
  const [from, to] = [before.rssBytes, after.rssBytes].map((bytes) => (bytes / 1e6).toFixed(1));
  t.diagnostic(
    `resident memory ${from} MB before, ${to} MB after; descriptors ${before.descriptors}, ${after.descriptors}`,
  );
  assert.equal(after.descriptors, before.descriptors);
  assert.ok(after.rssBytes - before.rssBytes < ALLOWED_GROWTH_BYTES);
}
