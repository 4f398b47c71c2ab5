import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { inDeployment } from './deployed.js';
import { leftovers } from './leftovers.js';
import { Stand } from './stand.js';

/** Requested package → a command that runs what it brought, and what that prints. */
const PROOFS: Readonly<Record<string, readonly [command: string, prints: RegExp]>> = {
  htop: ['htop --version', /^htop 3/],
  vim: ['vim --version', /^VIM - Vi IMproved 9/],
  nginx: ['nginx -v', /^nginx version: nginx\/1/],
  postgresql: ['psql --version; /usr/lib/postgresql/*/bin/postgres --version', /^psql .*\npostgres \(PostgreSQL\) 15/],
  'openssh-server': ['sshd -V', /^OpenSSH_9/],
  'iputils-ping': ['ping -V', /^ping from iputils/],
  tzdata: ['TZ=Asia/Tokyo date +%Z; TZ=Europe/Berlin date --date=2024-07-01 +%Z', /^JST\nCEST\n$/],
  'man-db': ['man --version; man -w ls', /^man 2\.\d+\.\d+\n\/usr\/share\/man\/man1\/ls\.1\.gz\n$/],
  python3: ['python3 --version; python3 -c "import ssl, sqlite3; print(6 * 7)"', /^Python 3\.11\.\d+\n42\n$/],
  git: ['git --version; git init --quiet /tmp/x && git -C /tmp/x status', /^git version 2[\s\S]*No commits yet/],
};

/** What `dpkg --verify` prints in a deployment, and why that is right. */
const EXPLAINED: readonly { readonly line: RegExp; readonly because: string }[] = [
  {
    line: /^missing +\/boot\/(System\.map|config|vmlinuz)-\S+$/,
    because: "the kernel is in /usr/lib/modules, where libostree takes it from; /boot is the boot loader's",
  },
];

describe('ten packages of Debian in one transaction', { timeout: 300_000 }, () => {
  let stand: Stand;
  let directory: string;
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
    // the base has tzdata: its request is kept, inactive
    await stand.done('install', '--allow-inactive', ...Object.keys(PROOFS));
    directory = await stand.directory(0);
  });
  after(() => stand.close({ keepDownloads: true }));

  for (const [name, [command, prints]] of Object.entries(PROOFS))
    it(`${name} runs in the deployment`, async () => {
      const { stdout, stderr } = await inDeployment(directory, `(${command}) 2>&1`);
      assert.match(stdout, prints, stderr);
    });

  it('all are requested, and all that they need is installed and configured, no trigger left waiting', async () => {
    const [first] = await stand.deployments();
    assert.deepEqual([...(first?.['requested-packages'] ?? [])].sort(), Object.keys(PROOFS).sort());
    const script = "dpkg --audit; dpkg-query -W -f '${Status}\\n' | sort | uniq -c; apt-get -qq check";
    const { status, stdout, stderr } = await inDeployment(directory, script);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^ +\d+ install ok installed\n$/);
  });

  it("dpkg's checksums hold for every file, but for lines with a reason", async () => {
    const { stdout, stderr } = await inDeployment(directory, 'dpkg --verify');
    const lines = stdout.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      lines.filter((text) => !EXPLAINED.some(({ line }) => line.test(text))),
      [],
      stderr,
    );
  });

  it('the file capability of ping is kept, so that everybody may use it', async () => {
    const { stdout } = await inDeployment(directory, 'getcap /usr/bin/ping');
    assert.equal(stdout, '/usr/bin/ping cap_net_raw=ep\n');
  });

  it('questions of debconf were answered without anybody, and the answers are kept in the tree', async () => {
    const { stdout } = await inDeployment(
      directory,
      'debconf-show tzdata locales; readlink /var/cache/debconf /var/lib/debconf',
    );
    assert.match(stdout, /tzdata\/Areas: /);
    assert.match(stdout, /locales\/default_environment_locale: /);
  });

  it('users and groups of the packages are those of their files', async () => {
    const script =
      'stat -c "%U:%G %a" /usr/bin/ssh-agent /etc/ssl/private; id -un postgres; getent group ssl-cert | cut -d: -f1,4';
    const { stdout, stderr } = await inDeployment(directory, script);
    assert.equal(stdout, 'root:_ssh 2755\nroot:ssl-cert 710\npostgres\nssl-cert:postgres\n', stderr);
  });

  it('no secret of this machine is in the commit', async () => {
    const script = 'ls /usr/etc/ssh/ssh_host_* /usr/etc/ssl/private/* 2>/dev/null; cat /usr/etc/machine-id';
    const { stdout } = await inDeployment(directory, script);
    assert.match(stdout.trim(), /^(uninitialized)?$/);
  });

  it('triggers ran and are in the journal with every script', async () => {
    const [row] = await stand.history('--limit', '1');
    const story = await stand.done('journal', 'show', '--json', row?.id ?? '');
    for (const script of ['"phase":"trigproc"', '"package":"postgresql-common"', '"package":"man-db"'])
      assert.ok(story.includes(script), script);
    assert.ok((row?.packages.length ?? 0) > 50);
  });

  it('nothing lies about afterwards', async () => {
    await stand.settled();
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  });
});
