// Packages that mean harm, through the real steps: nothing outside the scratch changes, one line says why, nothing is left,
// and the next install works.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { AptOstreeError } from '../../src/model/errors.js';
import type { StepKind } from '../../src/model/steps.js';
import { assertRefusal } from '../hostile/fuzz.js';
import type { DebOptions } from './deb.js';
import { fileSysroot } from './file-sysroot.js';
import { checkOut, install, leftovers, type Outcome } from './layering.js';
import { buildRaw, controlOf, type RawDeb } from './raw-deb.js';

/** Without network: everything is in the archives. */
const STEPS: readonly StepKind[] = [
  'packages.resolve',
  'packages.fetch',
  'tree.assemble',
  'tree.finish',
  'tree.commit',
];
const IMPORT: readonly StepKind[] = ['packages.resolve'];

const { sysroot, debs } = await fileSysroot();
/** What stands for the machine: files that links and paths of packages lead to. */
const outside = mkdtempSync(join(tmpdir(), 'outside-'));
let untouched = '';

before(() => {
  chmodSync(outside, 0o755);
  for (const name of ['etc/ssh', 'boot', 'empty']) mkdirSync(join(outside, name), { recursive: true });
  for (const name of ['passwd', 'group', 'shadow', 'machine-id', 'ssh/ssh_host_rsa_key'])
    writeFileSync(join(outside, 'etc', name), `the machine's own ${name}\n`);
  writeFileSync(join(outside, 'boot/initrd.img-6.1.0'), 'initramfs');
  writeFileSync(join(outside, 'boot/vmlinuz'), 'kernel');
});
beforeEach(() => {
  untouched = world();
});
afterEach(() => assert.equal(world(), untouched));
after(() => rmSync(outside, { recursive: true }));

describe('a script that puts a link in the place of a directory', () => {
  const link = (place: string, target: string) => `rm -rf ${place}; ln -s ${outside}/${target} ${place}`;
  const after = (scripts: NonNullable<DebOptions['scripts']>, message: RegExp) =>
    refused({ scripts }, 'invalid-tree', message);

  test('has nothing mounted from behind it for the next script', async () => {
    const scripts = { preinst: link('/usr/etc', 'etc'), postinst: 'echo owned > /etc/passwd; echo owned > /etc/new' };
    await after(scripts, /made \/usr\/etc something else than a directory$/);
    await after(
      { preinst: link('/usr/lib/opt', 'empty'), postinst: 'echo owned > /var/opt/new' },
      /made \/usr\/lib\/opt something/,
    );
  });

  test('has nothing removed behind it: account files, keys, kernels', async () => {
    await after(
      { postinst: `useradd --system victim || true; ${link('/usr/etc', 'etc')}` },
      /made \/usr\/etc something/,
    );
    await after({ postinst: link('/boot', 'boot') }, /made \/boot something/);
  });

  test('has nothing written behind it', async () => {
    const payload = 'mkdir -p /var/lib/payload; echo x > /var/lib/payload/file;';
    for (const place of ['/usr/lib/tmpfiles.d', '/usr/share/factory'])
      await after({ postinst: `${payload} ${link(place, 'empty')}` }, new RegExp(`made ${place} something`));
    await refused(
      {
        scripts: {
          postinst: `${payload} mkdir -p /usr/share/factory/var; ${link('/usr/share/factory/var/lib', 'empty')}`,
        },
      },
      'unsupported-path',
      /cannot capture \/var\/lib\/payload: its place in .* is a link/,
    );
  });

  test('has its links replaced, not followed, where a file of ours belongs', async () => {
    const scripts = {
      postinst:
        `useradd --system traveller; mkdir -p /var/lib/payload; echo x > /var/lib/payload/file; mkdir -p /opt/tool\n` +
        `ln -sf ${outside}/etc/passwd /usr/lib/sysusers.d/apt-ostree-layered.conf\n` +
        `for name in apt-ostree-2-layered apt-ostree-2-layered-opt; do ln -sf ${outside}/etc/shadow /usr/lib/tmpfiles.d/$name.conf; ln -sf ${outside}/etc/shadow /usr/lib/tmpfiles.d/$name.conf.new; done`,
    };
    const { failure, facts } = await installed({ scripts });
    assert.equal(failure, null);
    using tree = checkOut(sysroot, facts.commit);
    assert.match(
      tree.run('cat /var/lib/payload/file; id -un traveller; ls -d /opt/tool/').output,
      /^x\ntraveller\n\/opt\/tool\/\n$/,
    );
  });

  test('leaves nobody behind to do so later', async () => {
    const race = `while :; do rm -rf /usr/etc2; mv -T /usr/etc /usr/etc2; ln -s ${outside}/etc /usr/etc; rm /usr/etc; mv -T /usr/etc2 /usr/etc; done`;
    const marker = `sleep 47${process.pid}`;
    const { failure } = await installed({
      scripts: { postinst: `(${race}) >/dev/null 2>&1 & setsid ${marker} >/dev/null 2>&1 & exit 0` },
    });
    if (failure !== null) assertRefusal(new AptOstreeError(failure.code, failure.message));
    assert.equal(execFileSync('sh', ['-c', `ps -eo args | grep -c "^${marker}" || true`], { encoding: 'utf8' }), '0\n');
  });
});

describe('a script that leaves what cannot be committed', () => {
  test('in the package database: a pipe that nobody writes to, a file without end', async () => {
    const postinst = 'cd /usr/lib/sysimage/dpkg/info; mkfifo trap.list; ln -s /dev/zero zero.list';
    await refused({ scripts: { postinst } }, 'invalid-tree', /trap\.list is neither file.*zero\.list is a symlink/);
  });

  test('names that are no UTF-8, paths without end, in /usr and in /var', async () => {
    const deep = `perl -e 'for (1..60) { mkdir "d" x 100; chdir "d" x 100 }'`;
    const places = ['/usr/share', '/var/lib'].map(
      (place) => `cd ${place}; touch $(printf 'bad\\377\\033[2J'); ${deep}`,
    );
    const fault = (place: string) =>
      `${place}.*is deeper than 3000 characters.*|the name of ${place}/bad.* is not UTF-8.*`;
    const message = new RegExp(`^cannot use the tree: (${fault('/usr/share')}|${fault('/var/lib')}){4}$`);
    await refused({ scripts: { postinst: places.join('\n') } }, 'invalid-tree', message);
  });

  test('more faults than a line can hold', async () => {
    await refused(
      { scripts: { postinst: 'cd /usr/share; for i in $(seq 2000); do mkfifo p$i; done' } },
      'invalid-tree',
      /; and 1995 more$/,
    );
  });

  test('names that a terminal or a shell would obey are kept as they are', async () => {
    const names = '/usr/share/$(printf "a\\nb\\033[2J;rm -rf x") /var/lib/$(printf "c d\\033]0;x\\007")';
    const { failure, facts } = await installed({
      scripts: {
        postinst: `for f in ${names
          .split(' /')
          .map((each, index) => `"${index === 0 ? '' : '/'}${each}"`)
          .join(' ')}; do mkdir -p "$f"; done`,
      },
    });
    assert.equal(failure, null);
    using tree = checkOut(sysroot, facts.commit);
    assert.match(tree.run('ls -b /usr/share /var/lib | grep -c 033').output, /^2\n$/);
  });
});

describe('what a script can reach', () => {
  test('is its own tree: no mounts, no kernel settings, no other network, no file by its handle', async () => {
    const scripts = {
      postinst: [
        'fails() { if "$@" 2>/dev/null; then echo "worked: $*"; exit 9; fi; }',
        'fails mount -t tmpfs none /mnt; for f in sys/kernel/core_pattern sys/vm/drop_caches sysrq-trigger; do fails test -w /proc/$f; done',
        'fails unshare --user --map-root-user --mount mount -t proc none /mnt; fails mknod /tmp/disk b 8 0; fails chroot /proc/1/root test -e /sysroot/ostree/repo',
        `fails test -e ${outside}; fails sh -c "echo > /dev/tcp/127.0.0.1/80"; fails test -w /sys/kernel/debug`,
        // CAP_DAC_READ_SEARCH (2), CAP_SYS_ADMIN (21) and CAP_MKNOD (27) are not in the set
        'set -- $(grep CapEff /proc/self/status); test $((0x$2 & (1 << 2 | 1 << 21 | 1 << 27))) = 0',
        'test "$(df -k /run | tail -1 | tr -s " " | cut -d" " -f2)" = 65536',
      ].join('\n'),
    };
    assert.equal((await installed({ scripts })).failure, null);
  });

  test('is not the machine either for the tool that builds its initramfs', async () => {
    const tool = `#!/bin/sh\nmount -t tmpfs none /mnt 2>/dev/null && touch /mounted\nset -- $(grep CapEff /proc/self/status)\ntest $((0x$2 & (1 << 21))) = 0 || exit 8\nexit 7\n`;
    const scripts = {
      postinst: `cat > /usr/bin/dracut <<'X'\n${tool}X\nchmod 755 /usr/bin/dracut; touch /usr/etc/dracut.conf`,
    };
    await refused({ scripts }, 'command-failed', /^cannot build the initramfs: it ended with status 7$/);
  });

  test('does not hold up a cancel, however many it starts', async () => {
    const fork = ':(){ : & :; }; : & while :; do sleep 1; done';
    // without a fork of its own: one that it cannot have would end the script before it is cancelled
    const bomb = `trap "" TERM INT HUP; bomb() { bomb & bomb & }; bomb; while :; do :; done # ${fork}`;
    const group = pidsGroup();
    try {
      const outcome = await installed({ scripts: { postinst: bomb } }, { abortAt: 'Configuring hostile', group });
      assert.equal(outcome.failure?.code, 'cancelled');
      assert.equal(readFileSync(join(group, 'cgroup.procs'), 'utf8'), '');
    } finally {
      execFileSync('rmdir', [group]);
    }
  });
});

describe('an archive', () => {
  const raw = (name: string, deb: Omit<RawDeb, 'control'> & { readonly control?: string }) =>
    buildRaw(join(debs.directory, `${name}.deb`), { control: controlOf(name), ...deb });

  const CONTROLS: readonly (readonly [string, string, RegExp])[] = [
    ['a name that is a path', controlOf('../../x'), /"\.\.\/\.\.\/x" is no package name$/],
    ['a name that is an option', controlOf('--pre-invoke=x'), /is no package name$/],
    ['a version of several lines', controlOf('x1', { Version: '1\n [origin]\n refspec=evil' }), /is no version$/],
    ['a version that is a path', controlOf('x1', { Version: '1/../../x' }), /is no version$/],
    ['an architecture that is none', controlOf('x1', { Architecture: 'all\x1b[2J' }), /is no architecture$/],
    ['no version', 'Package: x1\nArchitecture: all\n', /Version|version/],
    [
      'a description of megabytes',
      controlOf('x1', { Description: 'x'.repeat(3_000_000) }),
      /longer than 1048576 bytes$/,
    ],
    ['no fields at all', '\0\0\0', /cannot use .* as a package: /],
  ];
  test('whose control file lies is refused before anything is asked of it', async () => {
    for (const [title, control, message] of CONTROLS) {
      const outcome = await attempted([raw('lying', { control })], IMPORT);
      assertRefused(outcome, 'archive-invalid', message, title);
    }
  });

  test('whose control part is a bomb fills its own memory and nothing else', async () => {
    const bomb = raw('bomb', { controlMembers: [{ name: './big', zeros: 300_000_000 }] });
    const many = raw('many', { controlMembers: Array.from({ length: 9000 }, (_, index) => ({ name: `./f${index}` })) });
    for (const local of [bomb, many])
      assertRefused(
        await attempted([local], IMPORT),
        'archive-invalid',
        /No space left on device|cannot use .* as a package/,
      );
  });

  test('with names that lead out, or through a link of its own, stays in its tree', async () => {
    const members = [
      { name: './usr/lib/way', type: 'symlink', target: outside },
      { name: './usr/lib/way/etc/passwd', content: 'owned' },
    ] as const;
    assertRefused(
      await attempted([raw('through', { members })]),
      /dpkg-failed|unsupported-path|invalid-tree/,
      /^cannot /,
    );
    // the sandbox's own /tmp and /: whatever dpkg makes of such a name, it is not the machine's
    for (const name of ['../../../../../../tmp/escaped', `./../..${outside}/escaped`]) {
      const { failure } = await attempted([raw('leading', { members: [{ name, content: 'owned' }] })]);
      if (failure !== null) assertRefusal(new AptOstreeError(failure.code, failure.message));
    }
    const hard = [{ name: './usr/lib/hard', type: 'hardlink', target: '/etc/shadow' }] as const;
    assertRefused(await attempted([raw('hard', { members: hard })]), /dpkg-failed/, /^cannot unpack hard/);
    assert.ok(!existsSync('/tmp/escaped'));
  });

  test('with devices and pipes is refused', async () => {
    for (const type of ['character', 'block', 'fifo'] as const) {
      const members = [{ name: './usr/lib/node', type, device: [8, 0] as const }];
      assertRefused(await attempted([raw('node', { members })]), /dpkg-failed|invalid-tree/, /^cannot /);
    }
  });

  test('that is none is refused in a line: text, half an archive, a pipe, a directory, what the caller may not read', async () => {
    const at = (name: string) => join(debs.directory, name);
    writeFileSync(at('text.deb'), 'this is no archive');
    const whole = debs.build({ name: 'half', files: { 'usr/lib/half': 'x'.repeat(5000) } });
    truncateSync(whole, 200);
    mkdirSync(at('directory.deb'), { recursive: true });
    execFileSync('mkfifo', [at('pipe.deb')]);
    symlinkSync('/etc/shadow', at('shadow.deb'));
    chmodSync(debs.directory, 0o755);
    for (const [path, code, message] of [
      [at('text.deb'), 'archive-invalid', /text\.deb as a package/],
      [whole, 'archive-invalid', /half\.deb as a package/],
      [at('directory.deb'), 'invalid-argument', /not a regular file$/],
      [at('pipe.deb'), 'invalid-argument', /not a regular file$/],
      [at('shadow.deb'), 'invalid-argument', /Permission denied|not a regular file/],
      ['/dev/zero', 'invalid-argument', /not a regular file$/],
      [`/${'x'.repeat(300)}.deb`, 'invalid-argument', /^cannot read /],
    ] as const)
      assertRefused(await attempted([path], IMPORT, { uid: 65534 }), code, message);
  });
});

test('after all that an install works as before', async () => {
  const { failure } = await installed({ files: { 'usr/lib/harmless': 'x' } });
  assert.equal(failure, null);
  execFileSync('ostree', [`--repo=${sysroot.path}/ostree/repo`, 'fsck', '--quiet']);
});

type Options = Parameters<typeof install>[3];

/** An install of one package made of these parts. */
function installed(parts: Omit<DebOptions, 'name'>, options: Options = {}): Promise<Outcome> {
  return attempted([debs.build({ name: 'hostile', ...parts })], STEPS, options);
}

async function attempted(local: readonly string[], steps = STEPS, options: Options = {}): Promise<Outcome> {
  const outcome = await install(sysroot, { local, cacheOnly: true }, steps, options);
  if (outcome.failure !== null) assert.deepEqual(leftovers(sysroot, outcome.transaction), []);
  return outcome;
}

async function refused(parts: Omit<DebOptions, 'name'>, code: string, message: RegExp): Promise<void> {
  assertRefused(await installed(parts), code, message);
}

function assertRefused({ failure }: Outcome, code: string | RegExp, message: RegExp, title = ''): void {
  assert.ok(failure !== null, `it was installed ${title}`);
  assert.match(failure.code, typeof code === 'string' ? new RegExp(`^${code}$`) : code, failure.message);
  assert.match(failure.message, message, title);
  assertRefusal(new AptOstreeError(failure.code, failure.message));
}

/** A group with room for some hundred processes, as a unit's TasksMax gives to all that the daemon starts. */
function pidsGroup(): string {
  const hierarchy = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
  const group = join(hierarchy, `apt-ostree-hostile-${process.pid}`);
  mkdirSync(group);
  writeFileSync(join(group, 'pids.max'), '400');
  return group;
}

/** Everything that must stay as it is: the files outside, and the tree that is deployed. */
function world(): string {
  const deployed = `${sysroot.path}/ostree/deploy/debian/deploy/${sysroot.commit}.0`;
  const listing = execFileSync('find', [outside, deployed, '-printf', '%p %y %m %U %G %s %l\n'], {
    maxBuffer: 1 << 28,
  });
  const contents = execFileSync('sh', ['-c', `find ${outside} -type f | sort | xargs sha256sum`]);
  return createHash('sha256')
    .update(listing.toString('latin1').split('\n').sort().join('\n'))
    .update(contents)
    .digest('hex');
}
