import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Started, until } from './commands.js';
import { NAME } from './daemon.js';
import { inDeployment } from './deployed.js';
import { OS_PATH, Stand } from './stand.js';

const TRANSACTION = `${NAME}.Transaction`;

describe("clients that are not ours install a package through the daemon's D-Bus interface", {
  timeout: 120_000,
}, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'bus' });
  });
  after(() => stand.close({ keepDownloads: true }));

  it('busctl: methods and signals of the transaction object on the bus', async () => {
    const monitor = new Started(['busctl', `--address=${stand.bus.address}`, 'monitor', NAME], { timeoutMs: 60_000 });
    await monitor.printed(/Monitoring bus message stream/);
    const reply = await stand.busctl(
      'call',
      NAME,
      OS_PATH,
      `${NAME}.OS`,
      'PkgChange',
      'a{sv}asas',
      '0',
      '1',
      'tree',
      '0',
    );
    assert.match(reply, /^s "unix:path=\/.*\/transaction-[0-9a-f]{32}\.sock/);
    const path = await activePath();
    assert.equal(await stand.busctl('call', NAME, path, TRANSACTION, 'Start'), 'b true\n');
    await monitor.printed(/Member=Finished[\s\S]*?BOOLEAN (true|false)/, 60_000);
    monitor.signal('SIGTERM');
    await monitor.ended;
    assert.match(monitor.stdout, /Member=Finished[\s\S]*?BOOLEAN true/);
    assert.match(monitor.stdout, /Member=DownloadProgress|Member=PercentProgress/);
    assert.equal(await stand.busctl('get-property', NAME, path, TRANSACTION, 'State'), 's "Committed"\n');
    await runs('tree --version');
  });

  it('gdbus: the private socket whose address PkgChange returns', async () => {
    const call = ['gdbus', 'call', '--system', '--dest', NAME, '--object-path', OS_PATH];
    const { stdout, stderr } = await stand.program([...call, '--method', `${NAME}.OS.PkgChange`, '{}', "['pv']", '[]']);
    const address = /^\('(unix:path=[^']+)',\)\n$/.exec(stdout)?.[1] ?? assert.fail(stdout + stderr);
    const id = /transaction-([0-9a-f]{32})/.exec(address)?.[1];
    const start = ['gdbus', 'call', '--address', address, '--dest', NAME, '--object-path', '/'];
    const began = await stand.program([...start, '--method', `${TRANSACTION}.Start`]);
    assert.equal(began.stdout, '(true,)\n', began.stderr);
    const path = `/org/projectatomic/aptostree1/Transaction/${id}`;
    const state = () => stand.busctl('get-property', NAME, path, TRANSACTION, 'State');
    await until(async () => !/Created|InProgress/.test(await state()), 'the end of the transaction', 60_000);
    assert.equal(await state(), 's "Committed"\n');
    await runs('pv --version');
  });

  it('python3-dbus: libdbus on the private socket, with its signals', async () => {
    const script = resolve('tests/e2e/install.py');
    const { status, stdout, stderr } = await stand.program(['/usr/bin/python3', script, 'hello'], {
      timeoutMs: 60_000,
    });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^TaskBegin Resolving dependencies$|^PercentProgress /m);
    assert.match(stdout, /^Finished 1 $/m);
    await runs('hello --version');
  });

  it('all three are in the list of requests and in the journal', async () => {
    const [first] = await stand.deployments();
    assert.deepEqual([...(first?.['requested-packages'] ?? [])].sort(), ['hello', 'pv', 'tree']);
    const rows = await stand.history();
    assert.deepEqual(
      rows.map(({ state, client, title }) => `${state} ${client} ${title}`),
      ['Committed unknown install.py hello', 'Committed unknown install pv', 'Committed unknown install tree'],
    );
  });

  async function activePath(): Promise<string> {
    const property = ['get-property', NAME, '/org/projectatomic/aptostree1/Sysroot', `${NAME}.Sysroot`];
    return /"(\/[^"]+)"/.exec(await stand.busctl(...property, 'ActiveTransaction'))?.[1] ?? assert.fail('none active');
  }

  async function runs(command: string): Promise<void> {
    const { status, stderr } = await inDeployment(await stand.directory(0), command);
    assert.equal(status, 0, stderr);
  }
});
