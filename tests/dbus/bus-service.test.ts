import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { socketPathOf } from '../../src/client/bus-address.js';
import { WireConnection } from '../../src/client/wire-connection.js';
import { bodies, type Typed } from './arbitrary-values.js';
import { BASE, BusFixture, NAME } from './bus-fixture.js';
import { sampleDeployment } from './memory-engine.js';
import { killed } from './private-bus.js';

const DEBIAN = `${BASE}/OS/debian`;
const STANDARD = 'org.freedesktop.DBus';

describe('service on a bus', () => {
  let fixture: BusFixture;
  before(async () => {
    fixture = await BusFixture.start({ leaveGraceMs: 300, startDeadlineMs: 1500 });
  });
  after(() => fixture.stop());
  afterEach(() => {
    fixture.engine.end({ state: 'Cancelled' });
    assert.deepEqual(fixture.bugs, []);
  });

  it('is introspected by gdbus and busctl', async () => {
    const gdbus = await fixture.run(['gdbus', 'introspect', '--system', '-d', NAME, '-o', BASE, '--recurse']);
    assert.equal(gdbus.status, 0, gdbus.stderr);
    for (const word of ['ObjectManager', 'PkgChange', 'node /org/projectatomic/aptostree1/OS/debian', 'Deployments = '])
      assert.ok(gdbus.stdout.includes(word), word);
    const busctl = await fixture.run(['busctl', 'introspect', NAME, DEBIAN]);
    assert.equal(busctl.status, 0, busctl.stderr);
    assert.match(busctl.stdout, /\.PkgChange\s+method\s+a\{sv\}asas\s+s/);
    const tree = await fixture.run(['busctl', 'tree', '--list', NAME]);
    assert.ok(tree.stdout.includes(`${BASE}/Sysroot\n`), tree.stdout);
  });

  it('lists its objects with all their properties', async () => {
    const { stdout } = await fixture.gdbus(BASE, `${STANDARD}.ObjectManager.GetManagedObjects`);
    for (const word of [`${BASE}/Sysroot`, DEBIAN, `${BASE}/Journal`, "'requested-packages': <['htop', 'vim']>"])
      assert.ok(stdout.includes(word), word);
  });

  it('tells the values of properties that change, objects that come and go, and Finished last', async () => {
    const monitor = spawn('gdbus', ['monitor', '--system', '-d', NAME], {
      env: { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: fixture.bus.address },
    });
    let heard = '';
    monitor.stdout.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    while (!heard.includes('is owned by')) await sleep(10);
    await sleep(100);
    // what happens in one turn of the event loop is told as one change
    const { engine } = fixture;
    const { id } = engine.submit(submission());
    await turn();
    engine.start(id);
    await turn();
    engine.show({ deployments: [sampleDeployment({ serial: 3 }), ...engine.snapshot().deployments] });
    engine.end({ state: 'Committed', facts: { commit: sampleDeployment({ serial: 0 }).checksum } });
    await turn();
    engine.show({ recent: [] });
    while (!heard.includes('InterfacesRemoved')) await sleep(10);
    await killed(monitor);
    const lines = heard.split('\n');
    const at = (word: string) => lines.findIndex((line) => line.includes(word));
    assert.ok(at(`InterfacesAdded (objectpath '${BASE}/Transaction/${id}'`) >= 0, heard);
    assert.ok(at(`'State': <'InProgress'>`) >= 0, heard);
    assert.ok(at(`'DefaultDeployment': <{`) >= 0 && lines[at(`'DefaultDeployment': <{`)]?.includes('.3'), heard);
    assert.ok(at(`['Report']`) >= 0, heard);
    assert.ok(at(`'State': <'Committed'>`) < at('Transaction.Finished (true'), heard);
    assert.ok(at(`'ActiveTransactionPath': <''>`) < at('Transaction.Finished (true'), heard);
  });

  it('refuses to set a property, and keeps its value', async () => {
    const set = await fixture.gdbus(
      `${BASE}/Sysroot`,
      `${STANDARD}.Properties.Set`,
      `${NAME}.Sysroot`,
      'Path',
      "<'/evil'>",
    );
    assert.match(set.stderr, /PropertyReadOnly/);
    const get = await fixture.gdbus(`${BASE}/Sysroot`, `${STANDARD}.Properties.Get`, `${NAME}.Sysroot`, 'Path');
    assert.equal(get.stdout, "(<'/'>,)\n");
  });

  it('names what is wrong with a call, without a stack', async () => {
    const calls: readonly (readonly [readonly string[], RegExp])[] = [
      [[DEBIAN, `${NAME}.OS.Nonsense`], /UnknownMethod.*cannot find method Nonsense/],
      [[`${BASE}/OS/other`, `${NAME}.OS.Rollback`, '{}'], /UnknownObject.*cannot find an object/],
      [[DEBIAN, `${NAME}.Sysroot.Reload`], /UnknownInterface/],
      [[DEBIAN, `${NAME}.OS.Rollback`, "{'reboot': <'yes'>}"], /InvalidArgs.*option "reboot" has type "s", not "b"/],
      [[DEBIAN, `${NAME}.OS.Rollback`, "{'colour': <true>}"], /InvalidArgs.*option "colour" is unknown/],
      [[DEBIAN, `${NAME}.OS.PkgChange`, '{}', "['UPPER']", '[]'], /InvalidArgs.*"UPPER" as a package name/],
      [[DEBIAN, `${NAME}.OS.PkgChange`, '{}', '[]', '[]'], /InvalidArgs.*no package named/],
      [[DEBIAN, `${NAME}.OS.FinalizeDeployment`, '{}'], /InvalidArgs.*no checksum given/],
      [[DEBIAN, `${NAME}.OS.Rebase`, '{}', 'a:b:c', '[]'], /InvalidRefspec.*"a:b:c"/],
      [[DEBIAN, `${NAME}.OS.Rebase`, '{}', 'a', "['htop']"], /NotSupported/],
      [[DEBIAN, `${NAME}.OS.KernelArgs`, '', '[]', '[]', '[]', '{}'], /InvalidArgs.*no change named/],
      [[DEBIAN, `${NAME}.OS.KernelArgs`, '', "['a\\nb']", '[]', '[]', '{}'], /InvalidArgs.*as a kernel argument/],
      [[DEBIAN, `${NAME}.OS.Cleanup`, "['everything']"], /InvalidArgs.*element "everything" is unknown/],
      [[`${BASE}/Sysroot`, `${NAME}.Sysroot.GetOS`, 'fedora'], /NoSuchStateroot.*"fedora"/],
      [[`${BASE}/Journal`, `${NAME}.Journal.ListEvents`, "{'limit': <uint32 5000>}"], /InvalidArgs.*limit 5000/],
      [[DEBIAN, `${NAME}.OS.GetDeploymentBootConfig`, '7', 'false'], /NoSuchDeployment/],
    ];
    for (const [[path = '', method = '', ...args], expected] of calls) {
      const { stderr } = await fixture.gdbus(path, method, ...args);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\.js|\.ts|node_modules/);
    }
    const wrong = await fixture.run(['busctl', 'call', NAME, DEBIAN, `${NAME}.OS`, 'Rollback', 's', 'x']);
    assert.match(wrong.stderr, /arguments have the signature "a\{sv\}", not "s"/);
  });

  it('answers calls that name no interface', async () => {
    const script = `
import dbus
bus = dbus.SystemBus()
print(bus.call_blocking('${NAME}', '${BASE}/Sysroot', None, 'GetOS', 's', ('',)))
print(bus.call_blocking('${NAME}', '${BASE}/Sysroot', None, 'GetAll', 's', ('',))['Path'])
`;
    const { stdout, stderr } = await fixture.run(['/usr/bin/python3', '-c', script]);
    assert.equal(stdout, `${DEBIAN}\n/\n`, stderr);
  });

  it('gives the boot config of a deployment', async () => {
    const { stdout } = await fixture.gdbus(DEBIAN, `${NAME}.OS.GetDeploymentBootConfig`, '', 'false');
    assert.match(stdout, /'options': <'root=LABEL=root quiet'>/);
  });

  it('turns each method into one request', async () => {
    const { engine } = fixture;
    const requestOf = async (method: string, ...args: readonly string[]) => {
      const { stdout, stderr } = await fixture.gdbus(DEBIAN, `${NAME}.OS.${method}`, ...args);
      assert.match(stdout, /transaction-[0-9a-f]{32}\.sock,guid=/, stderr);
      engine.end({ state: 'Cancelled' });
      return engine.submissions.at(-1)?.request;
    };
    const install = await requestOf('PkgChange', "{'dry-run': <true>}", "['htop']", "['vim']");
    assert.ok(
      install?.kind === 'install' && install.dryRun && install.add[0] === 'htop' && install.remove[0] === 'vim',
    );
    const clear = await requestOf('UpdateDeployment', '{}', "{'no-layering': <true>, 'no-pull-base': <true>}");
    assert.ok(clear?.kind === 'uninstall' && clear.removeAll);
    const local = await requestOf('UpdateDeployment', "{'install-local-package-paths': <['/tmp/x.deb']>}", '{}');
    assert.ok(local?.kind === 'install' && local.local[0] === '/tmp/x.deb');
    const deploy = await requestOf('UpdateDeployment', "{'set-revision': <'version=12.9'>}", "{'reboot': <true>}");
    assert.ok(deploy?.kind === 'deploy' && deploy.revision === 'version=12.9' && deploy.reboot);
    const cleanup = await requestOf('Cleanup', "['base', 'repomd']");
    assert.deepEqual(cleanup, {
      kind: 'cleanup',
      stateroot: 'debian',
      base: true,
      pending: false,
      rollback: false,
      metadata: true,
    });
    const kargs = await requestOf('KernelArgs', '', "['debug']", '[]', "['quiet']", "{'append-if-missing': <['x=1']>}");
    assert.deepEqual(kargs, {
      kind: 'kargs',
      stateroot: 'debian',
      existing: null,
      append: ['debug'],
      replace: [],
      delete: ['quiet'],
      appendIfMissing: ['x=1'],
      deleteIfPresent: [],
      lockFinalization: false,
      reboot: false,
    });
    const final = await requestOf('KernelArgs', 'a b', '[]', '[]', '[]', "{'final-kernel-args': <'c d'>}");
    assert.ok(final?.kind === 'kargs' && final.existing === 'c d');
    const initramfs = await requestOf('SetInitramfsState', 'true', "['-I', '/etc/x']", "{'reboot': <true>}");
    assert.ok(initramfs?.kind === 'initramfs' && initramfs.regenerate && initramfs.args.join() === '-I,/etc/x');
    assert.ok(initramfs.reboot);
    const upgrade = await requestOf('Upgrade', "{'allow-downgrade': <true>, 'check-only': <true>}");
    assert.ok(upgrade?.kind === 'upgrade' && upgrade.allowDowngrade && upgrade.check && !upgrade.cacheOnly);
    const rebase = await requestOf('Rebase', "{'download-only': <true>}", 'vendor:debian/13', '[]');
    assert.ok(rebase?.kind === 'rebase' && rebase.refspec === 'vendor:debian/13' && rebase.downloadOnly);
    const sum = 'ab'.repeat(32);
    const finalize = await requestOf('FinalizeDeployment', `{'checksum': <'${sum}'>}`);
    assert.ok(finalize?.kind === 'finalize' && finalize.checksum === sum && finalize.reboot && !finalize.allowUnlocked);
    const pin = await requestOf('SetPinned', '1', 'true', '{}');
    assert.deepEqual(pin, { kind: 'pin', stateroot: 'debian', deployment: '1', pinned: true });
    const refresh = await requestOf('RefreshMd', "{'force': <true>}");
    assert.ok(refresh?.kind === 'refresh-md' && refresh.force);
  });

  it('knows the caller and what it registered', async () => {
    const { engine } = fixture;
    await fixture.run(['/usr/bin/python3', '-c', PYTHON_REGISTER]);
    const caller = engine.submissions.at(-1)?.caller;
    assert.equal(caller?.client, 'cockpit-ostree');
    assert.equal(caller?.uid, 0);
    assert.ok((caller?.pid ?? 0) > 1);
    assert.match(caller?.sender ?? '', /^:1\.\d+$/);
    assert.deepEqual(engine.submissions.at(-1)?.authorizations, [
      { action: 'org.projectatomic.aptostree.rollback', answer: 'root' },
    ]);
  });

  it('drops a transaction whose creator leaves before Start, after a grace', async () => {
    const { engine } = fixture;
    await fixture.gdbus(DEBIAN, `${NAME}.OS.Rollback`, '{}');
    assert.notEqual(engine.snapshot().active, null);
    await sleep(600);
    assert.equal(engine.snapshot().active, null);
    assert.ok(engine.calls.includes('drop: its client left before it was started'));
  });

  it('lets the next process of a script start what the one before began', async () => {
    const { engine } = fixture;
    engine.onStart = () => engine.end({ state: 'Committed' });
    await fixture.gdbus(DEBIAN, `${NAME}.OS.Rollback`, '{}');
    const path = `${BASE}/Transaction/${engine.snapshot().active?.id}`;
    const start = await fixture.gdbus(path, `${NAME}.Transaction.Start`);
    assert.equal(start.stdout, '(true,)\n', start.stderr);
  });

  it('drops a transaction that nobody starts in time', async () => {
    const { engine } = fixture;
    const waiting = fixture.run(['/usr/bin/python3', '-c', PYTHON_REGISTER.replace('sleep(0)', 'sleep(2.2)')]);
    await waiting;
    assert.ok(engine.calls.includes('drop: nobody started it in time'), engine.calls.join());
  });

  it('refuses a second transaction with the name that clients retry on', async () => {
    const { engine } = fixture;
    engine.submit(submission());
    const { stderr } = await fixture.gdbus(DEBIAN, `${NAME}.OS.Cleanup`, "['base']");
    assert.match(stderr, /Code26.*rollback is running/);
  });

  it('forgets match rules of callers that have left', async () => {
    for (let turn = 0; turn < 5; turn += 1) await fixture.run(['/usr/bin/python3', '-c', PYTHON_REGISTER]);
    const { stdout } = await fixture.run([
      'gdbus',
      'call',
      '--system',
      '-d',
      STANDARD,
      '-o',
      '/org/freedesktop/DBus',
      '-m',
      `${STANDARD}.Debug.Stats.GetAllMatchRules`,
    ]);
    const left = stdout.match(/arg0=':1\.\d+'/g) ?? [];
    assert.ok(left.length <= 1, stdout);
  });

  it('survives whatever valid messages anybody may send over the bus', async () => {
    const { connection, send } = await plainClient(fixture.bus.address);
    await fc.assert(
      fc.asyncProperty(bodies, async (parts) => {
        const reply = await send(parts);
        assert.equal(reply.type, 'error');
        assert.doesNotMatch(String(reply.body[0]), /\.js|\.ts/);
      }),
      { numRuns: 400 },
    );
    connection.close();
    assert.equal((await fixture.gdbus(`${BASE}/Sysroot`, `${STANDARD}.Peer.Ping`)).status, 0);
  });

  it('sends texts with zero bytes without being cut off', async () => {
    const { engine } = fixture;
    engine.submit(submission());
    engine.report({ type: 'message', text: 'a\0b' });
    engine.end({ state: 'Failed', failure: { code: 'script-failed', message: 'cannot configure x: a\0b' } });
    const path = `${BASE}/Transaction/${engine.snapshot().recent[0]?.id}`;
    const { stdout } = await fixture.gdbus(path, `${STANDARD}.Properties.Get`, `${NAME}.Transaction`, 'ErrorMessage');
    assert.equal(stdout, "(<'cannot configure x: a\u{FFFD}b'>,)\n");
    assert.deepEqual(fixture.lost, []);
  });

  it('refuses the name to a second daemon', async () => {
    await assert.rejects(fixture.serve(), /another apt-ostreed has it/);
  });
});

const PYTHON_REGISTER = `
import dbus, time
bus = dbus.SystemBus()
sysroot = bus.get_object('${NAME}', '${BASE}/Sysroot')
sysroot.RegisterClient({'id': 'cockpit-ostree'}, dbus_interface='${NAME}.Sysroot')
os = bus.get_object('${NAME}', sysroot.GetOS('', dbus_interface='${NAME}.Sysroot'))
os.Rollback(dbus.Dictionary({}, signature='sv'), dbus_interface='${NAME}.OS')
time.sleep(0)
`;

describe('service whose bus ends', () => {
  it('says so once', async () => {
    const fixture = await BusFixture.start();
    await fixture.bus.stop();
    await sleep(50);
    assert.deepEqual(fixture.lost, ['the bus closed the connection']);
    await fixture.unserve();
  });
});

describe('service that starts with a transaction that nobody had started', () => {
  it('drops it after the deadline unless somebody starts it', async () => {
    const fixture = await BusFixture.start();
    await fixture.unserve();
    fixture.engine.submit(submission());
    await fixture.serve({ leaveGraceMs: 100, startDeadlineMs: 200 });
    const { stdout } = await fixture.run([
      'busctl',
      'get-property',
      NAME,
      `${BASE}/Sysroot`,
      `${NAME}.Sysroot`,
      'ActiveTransactionPath',
    ]);
    assert.match(stdout, /unix:path=.*guid=/);
    await sleep(300);
    assert.equal(fixture.engine.snapshot().active, null);
    await fixture.stop();
  });
});

/** A connection that calls the service with any arguments. */
async function plainClient(address: string) {
  const connection = await WireConnection.open(socketPathOf(address));
  const hello = { path: '/org/freedesktop/DBus', interface: STANDARD, destination: STANDARD, member: 'Hello' };
  await connection.call(hello);
  const send = (parts: readonly Typed[]) =>
    connection.call({
      path: DEBIAN,
      interface: `${NAME}.OS`,
      destination: NAME,
      member: 'Missing',
      signature: parts.map((each) => each.signature).join(''),
      body: parts.map((each) => each.value),
    });
  return { connection, send };
}

function submission() {
  return {
    request: { kind: 'rollback', stateroot: sampleDeployment({ serial: 0 }).stateroot, reboot: false } as const,
    caller: { uid: 0, pid: 1, sender: ':1.1', client: 'test', commandLine: null },
    authorizations: [],
  };
}
