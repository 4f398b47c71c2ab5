import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseOrigin } from '../../src/model/origin.js';
import { fileSysroot } from './file-sysroot.js';
import { checkOut, DEPLOY, ESTIMATE, install, type Outcome, RESOLVE } from './layering.js';

const { sysroot, debs } = await fileSysroot();

const resolve = (request: Readonly<Record<string, unknown>>): Promise<Outcome> => install(sysroot, request, RESOLVE);

test('names all unknown packages in one error', async () => {
  const { failure } = await resolve({ add: ['htop', 'no-such-one', 'htop-', 'htop.'] });
  assert.deepEqual(failure, {
    code: 'package-not-found',
    message: 'cannot find packages: no-such-one, htop-, htop.',
  });
});

test('names the packages behind a virtual one', async () => {
  const { failure } = await resolve({ add: ['mail-transport-agent'] });
  assert.equal(failure?.code, 'unsolvable');
  assert.match(failure?.message ?? '', /^cannot install mail-transport-agent: .* name one of .*postfix/);
});

test('refuses what the base provides, unless told to keep the request', async () => {
  const refused = await resolve({ add: ['bash', 'awk'] });
  assert.equal(refused.failure?.code, 'already-provided');
  assert.match(
    refused.failure?.message ?? '',
    /^cannot install bash, awk: already provided by bash_\S+, mawk_\S+; use --allow-inactive/,
  );
  const kept = await resolve({ add: ['bash'], allowInactive: true });
  assert.equal(kept.facts.target?.layered, false);
  assert.equal(kept.facts.resolution?.inactive[0]?.request, 'bash');
  assert.deepEqual(parseOrigin(kept.facts.target?.origin ?? '').requested, ['bash']);
  assert.equal((await resolve({ add: ['bash'], idempotent: true })).unchanged, 'No change.');
});

test('refuses to uninstall what was not requested', async () => {
  const { failure } = await resolve({ kind: 'uninstall', remove: ['htop', 'bash'] });
  assert.deepEqual(failure, { code: 'not-requested', message: 'cannot uninstall htop, bash: not currently requested' });
});

test('says in one line why packages do not fit together', async () => {
  const needs = debs.build({ name: 'trouble-needs', depends: 'htop (>= 99), no-such-thing' });
  const unmet = await resolve({ local: [needs] });
  assert.equal(unmet.failure?.code, 'unsolvable');
  assert.match(
    unmet.failure?.message ?? '',
    /^cannot install trouble-needs_1\.0_all: trouble-needs depends on htop \(>= 99\)[^\n]*no-such-thing[^\n]*$/,
  );
  const breaks = debs.build({ name: 'trouble-breaks', fields: { Conflicts: 'less' } });
  const conflict = await resolve({ local: [breaks] });
  assert.equal(conflict.failure?.code, 'unsolvable');
  assert.match(conflict.failure?.message ?? '', /^cannot install trouble-breaks_1\.0_all: .*less/);
});

test('never changes a package of the base', async () => {
  const { failure } = await resolve({ local: [debs.build({ name: 'less', version: '999' })] });
  assert.equal(failure?.code, 'unsolvable');
  assert.match(
    failure?.message ?? '',
    /^cannot install less_999_all: layering cannot change the base, which has less_/,
  );
});

test('refuses a plan that is not the one that was shown', async () => {
  const shown = await resolve({ add: ['htop'] });
  const hash = shown.facts.resolution?.planHash ?? '';
  assert.equal((await resolve({ add: ['htop'], plan: hash })).facts.resolution?.planHash, hash);
  const other = await resolve({ add: ['htop'], plan: 'f'.repeat(64) });
  assert.equal(other.failure?.code, 'plan-changed');
});

test('reads local packages with the rights of the caller', async () => {
  const deb = debs.build({ name: 'trouble-mine' });
  chmodSync(debs.directory, 0o755);
  chmodSync(deb, 0o600);
  const denied = await install(sysroot, { local: [deb] }, RESOLVE, { uid: 65534 });
  assert.equal(denied.failure?.code, 'invalid-argument');
  assert.match(denied.failure?.message ?? '', /^cannot read .*trouble-mine\.deb: .*Permission denied$/);
  chmodSync(deb, 0o644);
  assert.equal((await install(sysroot, { local: [deb] }, RESOLVE, { uid: 65534 })).failure, null);
});

test('refuses a file that is no package', async () => {
  const file = join(debs.directory, 'text.deb');
  writeFileSync(file, 'no package');
  const { failure } = await resolve({ local: [file] });
  assert.equal(failure?.code, 'archive-invalid');
  assert.match(failure?.message ?? '', /^cannot use \S+text\.deb as a package: /);
  const missing = await resolve({ local: ['/no/such/file.deb'] });
  assert.deepEqual(missing.failure, {
    code: 'invalid-argument',
    message: 'cannot read /no/such/file.deb: not a regular file',
  });
});

test('estimates what a change would do, before it is done', async () => {
  const over = debs.build({ name: 'trouble-over', files: { 'bin/less': 'x', 'usr/share/trouble/a': 'y' } });
  const { facts } = await install(sysroot, { add: ['htop'], local: [over] }, ESTIMATE);
  const { impact } = facts;
  assert.deepEqual(impact?.added.map((each) => each.name).sort(), [
    'htop',
    'libnl-3-200',
    'libnl-genl-3-200',
    'trouble-over',
  ]);
  assert.deepEqual(impact?.conflicts, [{ path: '/bin/less', owner: 'less' }]);
  assert.equal(impact?.filesChanged, 1);
  assert.ok((impact?.filesAdded ?? 0) > 20);
  assert.deepEqual(impact?.removed, []);
});

test('layers, repeats nothing, adds up, and comes back to the base', async () => {
  const first = await install(sysroot, { add: ['htop'] }, DEPLOY);
  assert.equal(first.failure, null);
  {
    using tree = checkOut(sysroot, first.facts.commit);
    assert.match(tree.run('htop --version').output, /^htop /);
    assert.equal(tree.run('apt-mark showauto libnl-3-200 htop').output, 'libnl-3-200\n');
    // the kernel's files moved to where OSTree looks for them
    assert.match(tree.run('dpkg --verify | grep -v "/boot/"').output, /^$/);
  }
  assert.equal((await resolve({ add: ['htop'] })).failure?.code, 'already-requested');
  assert.equal((await resolve({ add: ['htop'], idempotent: true })).unchanged, 'No change.');

  const mine = debs.build({ name: 'trouble-mine', files: { 'usr/share/trouble-mine': 'x' } });
  const second = await install(sysroot, { local: [mine] }, DEPLOY);
  const origin = parseOrigin(second.facts.target?.origin ?? '');
  assert.deepEqual(origin.requested, ['htop']);
  assert.match(origin.requestedLocal[0] ?? '', /^[0-9a-f]{64}:trouble-mine_1\.0_all$/);

  const third = await install(sysroot, { kind: 'uninstall', remove: ['trouble-mine', 'htop'] }, DEPLOY);
  assert.equal(third.facts.target?.layered, false);
  assert.equal(third.facts.commit, sysroot.commit);
  assert.match(
    execFileSync('ostree', ['admin', `--sysroot=${sysroot.path}`, 'status'], { encoding: 'utf8' }),
    new RegExp(`^. debian ${sysroot.commit}`, 'm'),
  );
});

test('gives accounts the ids they had, also when others come first', async () => {
  const user = (name: string) =>
    debs.build({
      name: `trouble-${name}`,
      scripts: {
        postinst: `useradd --system --user-group --shell /usr/sbin/nologin ${name}\ninstall -d -o ${name} -g ${name} -m 2750 /usr/lib/${name} /var/lib/${name}`,
      },
    });
  const first = await install(sysroot, { local: [user('zeta')] }, DEPLOY);
  const zeta = first.facts.finished?.accounts.users['zeta'];
  const passwd = join(sysroot.path, 'ostree/deploy/debian/deploy', `${first.facts.commit}.0/etc/passwd`);
  // somebody makes an account by hand on the machine, with the id that would come next
  const taken = (zeta?.uid ?? 0) - 1;
  writeFileSync(passwd, `${readFileSync(passwd, 'utf8')}byhand:x:${taken}:100::/home/byhand:/bin/sh\n`);
  const second = await install(sysroot, { local: [user('alpha')] }, DEPLOY);
  assert.equal(second.failure, null);
  const accounts = second.facts.finished?.accounts.users;
  assert.deepEqual(accounts?.['zeta'], zeta);
  assert.ok(accounts?.['alpha'] !== undefined && ![taken, zeta?.uid].includes(accounts['alpha'].uid));
  using tree = checkOut(sysroot, second.facts.commit);
  const script = 'stat -c "%U %G %a %n" /usr/lib/alpha /usr/lib/zeta /var/lib/alpha /var/lib/zeta';
  assert.equal(
    tree.run(script).output,
    [
      'alpha alpha 2750 /usr/lib/alpha',
      'zeta zeta 2750 /usr/lib/zeta',
      'alpha alpha 2750 /var/lib/alpha',
      'zeta zeta 2750 /var/lib/zeta',
      '',
    ].join('\n'),
  );
});
