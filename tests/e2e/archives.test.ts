import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from './commands.js';
import { inDeployment } from './deployed.js';
import { leftovers } from './leftovers.js';
import { LocalDebs, type LocalPackage } from './local-debs.js';
import { processes } from './processes.js';
import { assertRefused } from './refusal.js';
import { Stand } from './stand.js';
import { treeDigest } from './tree-digest.js';

/** Packages that do what packages do and image-based systems find hard. */
const HARD: readonly LocalPackage[] = [
  { name: 'opt-payload', files: { 'opt/vendor/tool': '#!/bin/sh\necho the tool\n' } },
  { name: 'var-payload', files: { 'var/lib/payload/data': 'the data\n' } },
  {
    name: 'new-user',
    files: { 'usr/lib/new-user/file': 'of the user\n' },
    scripts: {
      postinst:
        '#!/bin/sh\nset -e\nuseradd --system --user-group traveller\nchown traveller:traveller /usr/lib/new-user/file\n',
    },
  },
  {
    name: 'diverter',
    files: { 'usr/bin/who': '#!/bin/sh\necho diverted\n' },
    scripts: {
      preinst:
        '#!/bin/sh\nset -e\ndpkg-divert --package diverter --divert /usr/bin/who.distrib --rename --add /usr/bin/who\n',
    },
  },
  { name: 'keeper', files: { 'etc/keeper.conf': 'as shipped\n' }, scripts: { conffiles: '/etc/keeper.conf\n' } },
];

describe('local archives with something hard about them', { timeout: 240_000 }, () => {
  let stand: Stand;
  const debs = new LocalDebs();
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    await stand.done('install', ...HARD.map((each) => debs.build(each)));
  });
  after(async () => {
    debs.remove();
    await stand.close();
  });

  const prints = (title: string, script: string, expected: string | RegExp) =>
    it(title, async () => {
      const { stdout, stderr } = await inDeployment(await stand.directory(0), script);
      if (typeof expected === 'string') assert.equal(stdout, expected, stderr);
      else assert.match(stdout, expected, stderr);
    });

  prints('a payload in /opt runs from there', '/opt/vendor/tool; stat -c %F /opt/vendor/', 'the tool\ndirectory\n');
  prints('a payload in /var is there after the boot', 'cat /var/lib/payload/data', 'the data\n');
  prints(
    'a system user made by a script is known, and owns what the script gave it',
    'id -un "$(id -u traveller)"; stat -c %U:%G /usr/lib/new-user/file',
    'traveller\ntraveller:traveller\n',
  );
  prints(
    'a diversion is in force and on record',
    'who; who.distrib --version | head -1; dpkg-divert --list diverter',
    /^diverted\nwho \(GNU coreutils\).*\ndiversion of \/usr\/bin\/who to \/usr\/bin\/who\.distrib by diverter\n$/,
  );
  prints('a conffile is in /etc as shipped', 'cat /etc/keeper.conf /usr/etc/keeper.conf', 'as shipped\nas shipped\n');
  prints(
    'dpkg knows all of them, whole',
    `dpkg-query -W -f '\${db:Status-Abbrev} ' ${HARD.map((each) => each.name).join(' ')}; dpkg --verify keeper diverter`,
    'ii  ii  ii  ii  ii  ',
  );

  it("an administrator's edit of the conffile, and the user's id, outlive the next transaction", async () => {
    const before = await stand.directory(0);
    writeFileSync(join(before, 'etc/keeper.conf'), 'as edited\n');
    const { stdout: id } = await inDeployment(before, 'id -u traveller');
    await stand.done('install', debs.build({ name: 'harmless', files: { 'usr/lib/harmless': 'x' } }));
    const { stdout } = await inDeployment(
      await stand.directory(0),
      'cat /etc/keeper.conf; id -u traveller; cat /usr/lib/harmless',
    );
    assert.equal(stdout, `as edited\n${id}x`);
  });

  it('local packages are uninstalled by name', async () => {
    await stand.done('uninstall', 'harmless', 'diverter');
    const { stdout } = await inDeployment(await stand.directory(0), 'who.distrib 2>&1; who --version | head -1');
    assert.match(stdout, /not found\nwho \(GNU coreutils\)/);
  });

  it('a postinst that fails takes everything back; the message names the package and what it said', async () => {
    const before = await world();
    const postinst = '#!/bin/sh\necho "this machine has no soul" >&2\nexit 1\n';
    assertRefused(
      await stand.cli('install', debs.build({ name: 'broken', scripts: { postinst } })),
      /^cannot configure broken: .*this machine has no soul/,
    );
    assert.deepEqual(await world(), before);
    assert.equal((await stand.history('--limit', '1'))[0]?.state, 'RolledBack');
  });

  it('a postinst that removes everything it can reach harms neither machine nor base', async () => {
    const before = await world();
    const precious = join(tmpdir(), `precious-${process.pid}`);
    writeFileSync(precious, 'still here');
    const postinst = `#!/bin/sh\nrm -rf --no-preserve-root /\nrm -rf /sysroot/* /ostree/* ${tmpdir()}/* /proc/1/root/*\nexit 0\n`;
    const { status, stderr } = await stand.cli('install', debs.build({ name: 'vandal', scripts: { postinst } }));
    assert.equal(status, 1);
    assert.match(stderr, /^error: cannot .*\n$/);
    await stand.settled();
    assert.equal(readFileSync(precious, 'utf8'), 'still here');
    assert.deepEqual(await world(), before);
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });

  it('a postinst that never ends and hears no signal is ended within ten seconds of Ctrl-C', async () => {
    const before = await world();
    const postinst = `#!/bin/sh\ntrap '' TERM INT HUP\necho waiting\nwhile :; do sleep 4242; done\n`;
    const install = stand.start('install', debs.build({ name: 'endless', scripts: { postinst } }));
    const endless = () => processes().filter(({ commandLine }) => commandLine === 'sleep 4242');
    await until(() => endless().length > 0, 'the script to run');
    const startedAtMs = performance.now();
    install.signal('SIGINT');
    const { status, stderr } = await install.ended;
    assert.ok(performance.now() - startedAtMs < 10_000, `it took ${performance.now() - startedAtMs} ms`);
    assert.equal(status, 1);
    assert.match(stderr, /^error: cannot finish install .*endless\.deb: .*cancelled/);
    await stand.settled();
    assert.deepEqual(endless(), []);
    assert.deepEqual(await world(), before);
    await stand.daemon.stop();
    await stand.startDaemon();
    assert.equal((await stand.history('--limit', '1'))[0]?.state, 'Cancelled');
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });

  async function world() {
    await stand.settled();
    const deployments = await stand.deployments();
    return { ids: deployments.map(({ id }) => id), digest: await treeDigest(await stand.directory(0)) };
  }
});
