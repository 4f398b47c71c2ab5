import assert from 'node:assert/strict';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileSysroot } from './file-sysroot.js';
import { ASSEMBLE, checkOut, install, leftovers } from './layering.js';

const { sysroot, debs } = await fileSysroot();

test('puts an /opt payload into the tree and a link to it on each machine', async () => {
  const local = [
    debs.build({
      name: 'trouble-opt',
      files: { 'opt/trouble/bin/run': '#!/bin/sh\necho from opt\n' },
    }),
  ];
  const { facts, failure } = await install(sysroot, { local });
  assert.equal(failure, null);
  using tree = checkOut(sysroot, facts.commit);
  assert.deepEqual(tree.run('/opt/trouble/bin/run; readlink /var/opt/trouble'), {
    status: 0,
    output: 'from opt\n../../usr/lib/opt/trouble\n',
  });
  assert.equal(tree.run('dpkg --verify trouble-opt').output, '');
});

test('makes a /var payload on each machine, with its owner', async () => {
  const files = {
    'var/lib/trouble/state': 'first\n',
    'var/lib/trouble/deep/er': 'second\n',
    'var/cache/trouble/x': 'y',
  };
  const scripts = {
    postinst: 'mkdir -p /var/spool/trouble; chown games:games /var/spool/trouble /var/lib/trouble/state',
  };
  const { facts } = await install(sysroot, { local: [debs.build({ name: 'trouble-var', files, scripts })] });
  using tree = checkOut(sysroot, facts.commit);
  const script =
    'cat /var/lib/trouble/state /var/lib/trouble/deep/er; stat -c "%U %G" /var/lib/trouble/state /var/spool/trouble';
  assert.equal(tree.run(script).output, 'first\nsecond\ngames games\ngames games\n');
  assert.ok((facts.finished?.factoryPaths ?? 0) >= 1);
});

test('does not let equal files of /var become one on a machine', async () => {
  const files = { 'var/lib/twins/one': 'same\n', 'var/lib/twins/two': 'same\n' };
  const { facts } = await install(sysroot, { local: [debs.build({ name: 'trouble-twins', files })] });
  using tree = checkOut(sysroot, facts.commit);
  const factory = join(tree.root, 'usr/share/factory/var/lib/twins');
  assert.notEqual(statSync(join(factory, 'one')).ino, statSync(join(factory, 'two')).ino);
  assert.equal(tree.run('echo more >> /var/lib/twins/one; cat /var/lib/twins/two').output, 'same\n');
});

test('makes a system user by sysusers.d and leaves the account files of the base alone', async () => {
  const scripts = {
    postinst:
      'groupadd --system trouble; useradd --system --gid trouble --home-dir /var/lib/user --shell /bin/sh --comment "It, too" trouble\n' +
      'usermod --append --groups adm trouble; mkdir -p /usr/lib/trouble; touch /usr/lib/trouble/own\n' +
      'chown trouble:trouble /usr/lib/trouble/own; chmod 6755 /usr/lib/trouble/own',
  };
  const { facts } = await install(sysroot, {
    local: [debs.build({ name: 'trouble-user', depends: 'passwd', scripts })],
  });
  const user = facts.finished?.accounts.users['trouble'];
  assert.ok(user !== undefined && user.uid > 0 && user.uid < 1000);
  using tree = checkOut(sysroot, facts.commit);
  const base = (file: string) =>
    readFileSync(join(sysroot.path, 'ostree/deploy/debian/deploy', `${sysroot.commit}.0/usr/etc`, file));
  for (const file of ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'])
    assert.deepEqual(readFileSync(join(tree.root, 'usr/etc', file)), base(file), file);
  assert.equal(
    tree.run('id -un trouble; id -Gn trouble; stat -c "%U %G %a" /usr/lib/trouble/own').output,
    'trouble\ntrouble adm\ntrouble trouble 6755\n',
  );
  assert.equal(
    tree.run('getent passwd trouble').output,
    `trouble:x:${user.uid}:${user.gid}:It:/var/lib/user:/bin/sh\n`,
  );
});

test('keeps a diversion and both files', async () => {
  const scripts = {
    preinst: 'dpkg-divert --package trouble-divert --add --rename --divert /usr/bin/less.real /usr/bin/less',
  };
  const files = { 'usr/bin/less': '#!/bin/sh\necho instead\n' };
  const { facts, failure } = await install(sysroot, {
    local: [debs.build({ name: 'trouble-divert', files, scripts })],
  });
  assert.equal(failure, null);
  using tree = checkOut(sysroot, facts.commit);
  const script =
    'less; less.real --version | head -1 | cut -c1-5; dpkg-divert --list "/usr/bin/less"; dpkg --verify less trouble-divert';
  assert.equal(
    tree.run(script).output,
    'instead\nless \ndiversion of /usr/bin/less to /usr/bin/less.real by trouble-divert\n',
  );
});

test('takes a configuration file into /usr/etc and knows it as one', async () => {
  const files = { 'etc/trouble/main.conf': 'answer=42\n' };
  const conffiles = ['/etc/trouble/main.conf'];
  const { facts } = await install(sysroot, { local: [debs.build({ name: 'trouble-conf', files, conffiles })] });
  using tree = checkOut(sysroot, facts.commit);
  assert.equal(readFileSync(join(tree.root, 'usr/etc/trouble/main.conf'), 'utf8'), 'answer=42\n');
  assert.match(tree.run('dpkg-query --status trouble-conf').output, /\/etc\/trouble\/main\.conf [0-9a-f]{32}/);
});

test('keeps a file capability that a script sets', async () => {
  const scripts = { postinst: 'setcap cap_net_raw+ep /usr/bin/trouble-cap' };
  const files = { 'usr/bin/trouble-cap': '#!/bin/sh\n' };
  const deb = debs.build({ name: 'trouble-cap', depends: 'libcap2-bin', files, scripts });
  const { facts, failure } = await install(sysroot, { local: [deb] });
  assert.equal(failure, null);
  using tree = checkOut(sysroot, facts.commit);
  assert.equal(tree.run('getcap /usr/bin/trouble-cap').output, '/usr/bin/trouble-cap cap_net_raw=ep\n');
});

test('keeps keys that scripts generate out of the commit', async () => {
  const scripts = {
    postinst:
      'mkdir -p /etc/ssh /etc/trouble; echo key > /etc/ssh/ssh_host_rsa_key\n' +
      'echo "-----BEGIN PRIVATE KEY-----" > /etc/trouble/own.key; echo 0123456789abcdef0123456789abcdef > /etc/machine-id',
  };
  const { facts, progress } = await install(sysroot, { local: [debs.build({ name: 'trouble-key', scripts })] });
  using tree = checkOut(sysroot, facts.commit);
  const gone =
    'ls /usr/etc/ssh/ssh_host_rsa_key /usr/etc/trouble/own.key 2>&1 | grep -c "No such file"; grep -c 0123 /usr/etc/machine-id';
  assert.equal(tree.run(gone).output, '2\n0\n');
  const wants = 'usr/lib/systemd/system/sysinit.target.wants/apt-ostree-ssh-host-keys.service';
  assert.equal(readlinkSync(join(tree.root, wants)), '../apt-ostree-ssh-host-keys.service');
  assert.ok(progress.some((each) => each.type === 'message' && each.text.includes('/etc/trouble/own.key')));
});

test('refuses any other place, naming file and package', async () => {
  const local = [debs.build({ name: 'trouble-top', files: { 'data/deep/file': 'x' } })];
  const { failure, transaction } = await install(sysroot, { local }, ASSEMBLE);
  assert.equal(failure?.code, 'unsupported-path');
  assert.match(failure?.message ?? '', /cannot put \/data\/deep\/file of package trouble-top into the tree/);
  assert.deepEqual(leftovers(sysroot, transaction), []);
});

test('refuses a file that a package of the base owns', async () => {
  const local = [debs.build({ name: 'trouble-file', files: { 'usr/bin/less': 'x' } })];
  const { failure } = await install(sysroot, { local }, ASSEMBLE);
  assert.deepEqual(failure, {
    code: 'file-conflict',
    message: 'cannot unpack trouble-file: /usr/bin/less is also in package less',
  });
});

test('configures what a Pre-Depends names before it unpacks', async () => {
  const first = debs.build({
    name: 'trouble-first',
    files: { 'usr/lib/trouble-first/x': '' },
    scripts: { postinst: 'touch /usr/lib/trouble-first/configured' },
  });
  const second = debs.build({
    name: 'trouble-second',
    fields: { 'Pre-Depends': 'trouble-first' },
    scripts: { preinst: 'test -e /usr/lib/trouble-first/configured' },
  });
  const { failure, facts } = await install(sysroot, { local: [second, first] });
  assert.equal(failure, null);
  assert.deepEqual(
    facts.scripts?.map((each) => `${each.phase} ${each.package}`),
    ['unpack trouble-first', 'configure trouble-first', 'unpack trouble-second', 'configure trouble-second'],
  );
});
