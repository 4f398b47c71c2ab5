import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Started } from './commands.js';
import { leftovers } from './leftovers.js';
import { assertRefused } from './refusal.js';
import { Stand } from './stand.js';

describe('a machine without network', { timeout: 180_000 }, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'peer', cold: true });
    const apt = join(await stand.directory(0), 'etc/apt');
    // nobody listens at that port
    writeFileSync(join(apt, 'sources.list'), 'deb http://127.0.0.1:9/debian bookworm main\n');
    for (const name of readdirSync(join(apt, 'sources.list.d'))) rmSync(join(apt, 'sources.list.d', name));
    // trying again would only take time
    writeFileSync(join(apt, 'apt.conf.d/99-once'), 'Acquire::Retries "0";\n');
  });
  after(() => stand.close());

  it('and without indexes cannot install, and says which address it could not reach', async () => {
    assertRefused(
      await stand.cli('install', 'htop'),
      /^cannot refresh package indexes: http:\/\/127\.0\.0\.1:9\/.*Connection refused/,
    );
    assertRefused(await stand.cli('refresh-md'), /^cannot refresh package indexes: http:\/\/127\.0\.0\.1:9\//);
  });

  it('is told so as well when it shall use only what is here', async () => {
    assertRefused(
      await stand.cli('install', '--cache-only', 'htop'),
      /^cannot find packages: no package indexes are here/,
    );
  });

  it('can still do what needs none: nothing was changed, and nothing lies about', async () => {
    const [first] = await stand.deployments();
    assert.equal(first?.checksum, stand.sysroot.commit);
    await stand.done('cleanup', '--base');
    assert.deepEqual(await leftovers(stand.path), []);
  });
});

describe('a machine whose surroundings fail it', { timeout: 180_000 }, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'peer' });
    await stand.done('install', '--download-only', 'htop');
  });
  after(() => stand.close({ keepDownloads: true }));

  it('waits for another program that holds the lock of the sysroot, and gives up after a while', async () => {
    const holder = await holdLock();
    const refused = await stand.cli('install', 'htop');
    holder.signal('SIGKILL');
    await holder.ended;
    assertRefused(refused, /^cannot begin: another program holds the lock of the sysroot \//);
    assert.equal((await stand.deployments()).length, 1);
    assert.deepEqual(await leftovers(stand.path), []);
  });

  it('names what it would have to download when the network is gone', async () => {
    const settings = join(await stand.directory(0), 'etc/apt/apt.conf.d/99-no-network');
    // every address is taken to a proxy that is not there
    writeFileSync(settings, 'Acquire::http::Proxy "http://127.0.0.1:9";\nAcquire::Retries "0";\n');
    assertRefused(await stand.cli('install', 'sl'), /^cannot fetch .*\bsl: http:.*127\.0\.0\.1/);
  });

  it('installs without network what it has the archives of, as soon as the lock is let go', async () => {
    const holder = await holdLock();
    const install = stand.start('install', 'htop');
    await install.printed(/Refreshing/);
    holder.signal('SIGKILL');
    const { status, stderr } = await install.ended;
    assert.deepEqual([status, stderr], [0, '']);
  });

  async function holdLock(): Promise<Started> {
    const holder = new Started(['/usr/bin/python3', '-c', HOLD, join(stand.path, 'ostree/lock')]);
    await holder.printed(/held/);
    return holder;
  }
});

/** As libostree locks: an open file description lock on the whole file. */
const HOLD = `
import fcntl, struct, sys, time
file = open(sys.argv[1], "w")
F_OFD_SETLK = 37
fcntl.fcntl(file, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
print("held", flush=True)
time.sleep(60)
`;
