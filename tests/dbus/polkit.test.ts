import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACTIONS, actionId } from '../../src/model/operations.js';
import { BASE, BusFixture, gdbusCall, NAME } from './bus-fixture.js';
import { PolkitWorld } from './polkit-world.js';

const DEBIAN = `${BASE}/OS/debian`;

/** games may do all; man may install htop and nothing else; daemon may roll back only; others are asked for a password. */
const RULES = `
polkit.addRule(function(action, subject) {
  if (action.id.indexOf('org.projectatomic.aptostree.') !== 0) return polkit.Result.NOT_HANDLED;
  if (subject.user === 'games') return polkit.Result.YES;
  if (subject.user === 'man' && action.lookup('packages') === 'htop' && action.lookup('stateroot') === 'debian' &&
      action.lookup('command-line') === 'apt-ostree install htop') return polkit.Result.YES;
  if (subject.user === 'daemon') return action.id.endsWith('.rollback') ? polkit.Result.YES : polkit.Result.NO;
  return polkit.Result.NOT_HANDLED;
});
`;

describe('authorization by polkit', () => {
  let fixture: BusFixture;
  let polkit: PolkitWorld;
  before(async () => {
    fixture = await BusFixture.start();
    polkit = await PolkitWorld.start(fixture.bus, RULES);
  });
  after(async () => {
    await polkit.stop();
    await fixture.stop();
  });
  afterEach(() => {
    fixture.engine.end({ state: 'Cancelled' });
    fixture.engine.calls.length = 0;
    assert.deepEqual(fixture.bugs, []);
  });

  const install = (user: string, options = '{}', packages = "['htop']") =>
    fixture.run(gdbusCall(DEBIAN, `${NAME}.OS.PkgChange`, options, packages, '[]'), user);

  it('knows the ten actions', async () => {
    const { stdout } = await fixture.run([
      ...['busctl', 'call', 'org.freedesktop.PolicyKit1', '/org/freedesktop/PolicyKit1/Authority'],
      ...['org.freedesktop.PolicyKit1.Authority', 'EnumerateActions', 's', ''],
    ]);
    for (const action of ACTIONS) assert.ok(stdout.includes(`"${actionId(action)}"`), action);
  });

  it('denies nobody, and the engine hears nothing of it', async () => {
    const { status, stderr } = await install('nobody');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /org\.freedesktop\.DBus\.Error\.AccessDenied: cannot install htop: the caller (needs authentication|is not authorized) for org\.projectatomic\.aptostree\.install-uninstall-packages/,
    );
    assert.deepEqual(fixture.engine.calls, []);
  });

  it('lets a user pass whom a rule allows, and records it', async () => {
    const { stdout, stderr } = await install('games');
    assert.match(stdout, /unix:path=/, stderr);
    const submission = fixture.engine.submissions.at(-1);
    assert.equal(submission?.caller.uid, 5);
    assert.deepEqual(submission?.authorizations, [
      { action: 'org.projectatomic.aptostree.install-uninstall-packages', answer: 'authorized' },
    ]);
  });

  it('tells rules the packages, the stateroot and the command line', async () => {
    const line = "{'initiating-command-line': <'apt-ostree install htop'>}";
    assert.match((await install('man', line)).stdout, /unix:path=/);
    fixture.engine.end({ state: 'Cancelled' });
    assert.match((await install('man', line, "['vim']")).stderr, /AccessDenied/);
    assert.match((await install('man', '{}')).stderr, /AccessDenied/);
  });

  it('asks for every action that a request needs', async () => {
    const rollback = await fixture.run(gdbusCall(DEBIAN, `${NAME}.OS.Rollback`, '{}'), 'daemon');
    assert.match(rollback.stdout, /unix:path=/, rollback.stderr);
    fixture.engine.end({ state: 'Cancelled' });
    const local = "{'install-packages': <['htop']>, 'install-local-package-paths': <['/x.deb']>}";
    const both = await fixture.run(gdbusCall(DEBIAN, `${NAME}.OS.UpdateDeployment`, local, '{}'), 'games');
    assert.match(both.stdout, /unix:path=/, both.stderr);
    const asked = fixture.engine.submissions.at(-1)?.authorizations.map((each) => each.action.split('.').at(-1));
    assert.deepEqual(asked, ['install-uninstall-packages', 'install-local-packages']);
  });

  it('lets everybody read, reload, and register', async () => {
    const status = await fixture.run(
      ['busctl', 'get-property', NAME, `${BASE}/Sysroot`, `${NAME}.Sysroot`, 'Path'],
      'nobody',
    );
    assert.equal(status.stdout, 's "/"\n', status.stderr);
    const reload = await fixture.run(gdbusCall(`${BASE}/Sysroot`, `${NAME}.Sysroot.Reload`), 'nobody');
    assert.equal(reload.status, 0, reload.stderr);
    const register = await fixture.run(
      gdbusCall(`${BASE}/Sysroot`, `${NAME}.Sysroot.RegisterClient`, "{'id': <'x'>}"),
      'nobody',
    );
    assert.equal(register.status, 0, register.stderr);
    const journal = await fixture.run(gdbusCall(`${BASE}/Journal`, `${NAME}.Journal.Verify`), 'nobody');
    assert.equal(journal.status, 0, journal.stderr);
  });

  it('guards ReloadConfig', async () => {
    const denied = await fixture.run(gdbusCall(`${BASE}/Sysroot`, `${NAME}.Sysroot.ReloadConfig`), 'nobody');
    assert.match(denied.stderr, /AccessDenied.*reload-daemon/);
    assert.deepEqual(fixture.engine.calls, []);
    const allowed = await fixture.run(gdbusCall(`${BASE}/Sysroot`, `${NAME}.Sysroot.ReloadConfig`), 'games');
    assert.equal(allowed.status, 0, allowed.stderr);
  });

  it('lets owner, root and whom polkit allows cancel, and nobody else start or cancel', async () => {
    const transaction = async () => {
      await install('games');
      return `${BASE}/Transaction/${fixture.engine.snapshot().active?.id}`;
    };
    const path = await transaction();
    assert.match(
      (await fixture.run(gdbusCall(path, `${NAME}.Transaction.Cancel`), 'nobody')).stderr,
      /AccessDenied: cannot cancel/,
    );
    assert.match(
      (await fixture.run(gdbusCall(path, `${NAME}.Transaction.Start`), 'nobody')).stderr,
      /AccessDenied: cannot start/,
    );
    assert.deepEqual(fixture.engine.calls, ['submit']);
    assert.equal((await fixture.run(gdbusCall(path, `${NAME}.Transaction.Start`), 'games')).stdout, '(true,)\n');
    assert.equal((await fixture.run(gdbusCall(path, `${NAME}.Transaction.Cancel`), 'games')).status, 0);
    assert.equal((await fixture.run(gdbusCall(await transaction(), `${NAME}.Transaction.Cancel`))).status, 0);
    const rollback = await fixture.run(gdbusCall(DEBIAN, `${NAME}.OS.Rollback`, '{}'));
    assert.equal(rollback.status, 0, rollback.stderr);
    const other = `${BASE}/Transaction/${fixture.engine.snapshot().active?.id}`;
    assert.equal((await fixture.run(gdbusCall(other, `${NAME}.Transaction.Cancel`), 'daemon')).status, 0);
  });

  it('is not let through to members that the bus policy keeps', async () => {
    const set = gdbusCall(
      `${BASE}/Sysroot`,
      'org.freedesktop.DBus.Properties.Set',
      `${NAME}.Sysroot`,
      'Path',
      "<'/x'>",
    );
    assert.match((await fixture.run(set, 'nobody')).stderr, /AccessDenied/);
    const own = await fixture.run(
      ['/usr/bin/python3', '-c', `import dbus; print(dbus.SystemBus().request_name('${NAME}.Other'))`],
      'nobody',
    );
    assert.match(own.stderr, /AccessDenied/);
  });

  it('refuses in one line when polkit is not there, except root', async () => {
    await polkit.stop();
    await sleep(50);
    const { stderr } = await install('games');
    assert.match(stderr, /AccessDenied: cannot install htop: cannot ask polkit about .*install-uninstall-packages/);
    assert.deepEqual(fixture.engine.calls, []);
    const root = await fixture.run(gdbusCall(DEBIAN, `${NAME}.OS.Rollback`, '{}'));
    assert.equal(root.status, 0, root.stderr);
  });
});
