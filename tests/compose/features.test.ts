// One tree that uses every key of a treefile. Composed once per change of its inputs, as the base is.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { composeSysroot } from '../../src/compose/compose-sysroot.js';
import { composeTree } from '../../src/compose/compose-tree.js';
import { loadTreefile } from '../../src/compose/treefile.js';
import type { CommitTree } from '../../src/native/commit-tree.js';
import { Repo } from '../../src/native/repo.js';
import { keptInitramfsArguments } from '../../src/tree/initramfs.js';
import { CACHE, removeSysroot, TREEFILE } from '../machine/base.js';
import { bootMachine } from '../machine/machine.js';

const DIRECTORY = join(CACHE, 'features');
const REPO = join(DIRECTORY, 'repo');
const REF = 'test/features';

const TREE = `
include: [${TREEFILE}]
ref: ${REF}
packages: [openssh-server, ssl-cert, python3-minimal]
documentation: false
automatic-version-prefix: "7"
mutate-os-release: "12 (bookworm)"
add-commit-metadata: {flavour: test}
units: [example.service]
default-target: basic.target
add-files:
  - [motd, /etc/motd]
  - [tool, /usr/bin/tool]
  - [example.service, usr/lib/systemd/system/example.service]
  - [shared.key, /etc/feature/shared.key]
remove-files: [/etc/issue.net, usr/etc/issue]
postprocess:
  - |
    #!/bin/sh
    set -e
    test "$(id -u)" = 0
    test -x /usr/bin/tool
    mkdir -p /opt/vendor/app && echo payload > /opt/vendor/app/file
    echo '-----BEGIN PRIVATE KEY-----' | tee /etc/feature/own.key > /var/lib/own.key
    mkdir -p /srv/site && echo page > /srv/site/index.html
`;

const UNIT = '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=true\n[Install]\nWantedBy=basic.target\n';

let repo: Repo;
let tree: CommitTree;
before(async () => {
  mkdirSync(DIRECTORY, { recursive: true });
  const file = join(DIRECTORY, 'tree.yaml');
  writeFileSync(file, TREE);
  writeFileSync(join(DIRECTORY, 'motd'), 'hello\n');
  writeFileSync(join(DIRECTORY, 'tool'), '#!/bin/sh\necho tool\n', { mode: 0o755 });
  writeFileSync(join(DIRECTORY, 'example.service'), UNIT);
  writeFileSync(join(DIRECTORY, 'shared.key'), '-----BEGIN PRIVATE KEY-----\n');
  repo = Repo.create(REPO, 'bare');
  await composeTree({
    treefile: loadTreefile(file, 'amd64'),
    repo: REPO,
    cacheDirectory: join(CACHE, 'compose'),
    workDirectory: CACHE,
    dryRun: false,
    force: false,
    noParent: false,
    metadata: { build: '1' },
    writeCommitIdTo: join(DIRECTORY, 'commit'),
    touchIfChanged: null,
    say: () => {},
  });
  tree = repo.tree(repo.resolve(REF)!);
});
after(() => repo[Symbol.dispose]());

const read = (path: string) => tree.read(path)?.toString();

test('adds and removes the files of the treefile, with their modes', () => {
  assert.equal(read('/usr/etc/motd'), 'hello\n');
  assert.equal((tree.file('/usr/bin/tool')?.mode ?? 0) & 0o7777, 0o755);
  for (const gone of ['/usr/etc/issue', '/usr/etc/issue.net']) assert.equal(tree.entry(gone), null, gone);
});

test('leaves documentation out, copyright files excepted, and tells dpkg to go on so', () => {
  assert.equal(tree.entry('/usr/share/man/man1'), null);
  assert.notEqual(tree.entry('/usr/share/doc/openssh-client/copyright'), null);
  assert.equal(tree.entry('/usr/share/doc/openssh-client/changelog.Debian.gz'), null);
  assert.match(tree.names('/usr/etc/dpkg/dpkg.cfg.d').join(), /mmdebstrap/);
});

test('enables units and sets the default target', () => {
  assert.notEqual(tree.entry('/usr/etc/systemd/system/basic.target.wants/example.service'), null);
  assert.equal(tree.file('/usr/etc/systemd/system/default.target')?.target, '/lib/systemd/system/basic.target');
});

test('puts the version into os-release and metadata into the commit', () => {
  const { version, metadata } = repo.commitFacts(repo.resolve(REF)!);
  assert.match(version ?? '', /^7(\.\d+)?$/);
  assert.deepEqual([metadata['flavour'], metadata['build'], metadata['version-codename']], ['test', '1', 'bookworm']);
  assert.ok(read('/usr/lib/os-release')?.includes(`PRETTY_NAME="Debian GNU/Linux ${version}"`));
  assert.ok(read('/usr/lib/os-release')?.includes(`OSTREE_VERSION='${version}'`));
});

test('moves what scripts put into /opt and /srv to where a tree can hold it', () => {
  assert.equal(read('/usr/lib/opt/vendor/app/file'), 'payload\n');
  assert.match(read('/usr/lib/tmpfiles.d/apt-ostree-2-opt.conf') ?? '', /^L \/var\/opt\/vendor /m);
  assert.equal(read('/usr/share/factory/var/srv/site/index.html'), 'page\n');
});

test('strips the secrets that scripts generated', () => {
  assert.deepEqual(
    tree.names('/usr/etc/ssh').filter((name) => name.startsWith('ssh_host_')),
    [],
  );
  assert.equal(tree.entry('/usr/etc/ssl/private/ssl-cert-snakeoil.key'), null);
});

test('leaves out private keys that scripts made, and keeps those that the treefile adds', () => {
  assert.deepEqual(tree.names('/usr/etc/feature'), ['shared.key']);
  assert.equal(tree.entry('/usr/share/factory/var/lib/own.key'), null);
});

test('has byte code that is valid whatever the time stamps say', () => {
  const cache = '/usr/lib/python3.11/__pycache__';
  const codes = tree.names(cache);
  assert.ok(codes.length > 50);
  // PEP 552: bit 0 of the flags says that the source's hash counts, not its time
  const byTime = codes.filter((name) => ((tree.read(`${cache}/${name}`)?.readUInt32LE(4) ?? 0) & 1) === 0);
  assert.deepEqual(byTime, []);
});

test('boots, and each machine makes the secrets and the state of its own', async () => {
  const path = mkdtempSync(join(tmpdir(), 'sysroot-'));
  composeSysroot({ path, repo: REPO, ref: REF, stateroot: 'debian', kargs: [], bootloader: 'none' });
  try {
    assert.deepEqual(keptInitramfsArguments(`${path}/ostree/deploy/debian/deploy/${repo.resolve(REF)}.0`).slice(0, 1), [
      '--drivers',
    ]);
    await using machine = await bootMachine({ sysroot: path });
    assert.equal(machine.state, 'running', (await machine.run('systemctl --failed --no-legend')).output);
    const commands = [
      'ls /etc/ssh/ssh_host_ed25519_key /etc/ssl/private/ssl-cert-snakeoil.key',
      'stat -c "%a %U %G" /etc/ssl/private/ssl-cert-snakeoil.key',
      'cat /opt/vendor/app/file /srv/site/index.html',
      'systemctl is-active example.service && systemctl get-default',
      'dpkg --verify | grep -c "/var/.*/apt/"',
      'stat -c "%a %U %G" /var/cache/apt/archives/partial /var/lib/apt/lists/partial',
      '/usr/sbin/sshd -t -o UsePrivilegeSeparation=no 2>&1 | grep -c "no hostkeys"',
    ];
    const outputs = [];
    for (const command of commands) outputs.push((await machine.run(command)).output.trim());
    assert.deepEqual(outputs, [
      '/etc/ssh/ssh_host_ed25519_key\n/etc/ssl/private/ssl-cert-snakeoil.key',
      '640 root ssl-cert',
      'payload\npage',
      'active\nbasic.target',
      '0',
      '700 _apt root\n700 _apt root',
      '0',
    ]);
  } finally {
    removeSysroot(path);
  }
});
