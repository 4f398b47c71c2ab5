import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Client, type ClientRequest, connect, type TransactionSignal } from '../../src/client/client.js';
import type { EventRow } from '../../src/journal/rows.js';
import { AptOstreeError } from '../../src/model/errors.js';
import { transactionId } from '../../src/model/transaction.js';
import { BusFixture } from '../dbus/bus-fixture.js';

const IDENTITY = { clientId: 'cli', commandLine: 'apt-ostree test', daemonProgram: '/nonexistent' };

function onBus(sysroot: string | null = null): Promise<Client> {
  return connect({ ...IDENTITY, sysroot, peer: false });
}

async function all(signals: AsyncIterable<TransactionSignal>): Promise<readonly TransactionSignal[]> {
  const heard: TransactionSignal[] = [];
  for await (const signal of signals) heard.push(signal);
  return heard;
}

describe('client on a bus', () => {
  let fixture: BusFixture;
  let client: Client;
  before(async () => {
    fixture = await BusFixture.start();
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = fixture.bus.address;
    client = await onBus();
  });
  after(async () => {
    await client.close();
    await fixture.stop();
    delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  });
  afterEach(() => {
    fixture.engine.onStart = () => undefined;
    fixture.engine.end({ state: 'Cancelled' });
    assert.deepEqual(fixture.bugs, []);
  });

  it('gives the status as plain JSON', async () => {
    const status = await client.status();
    assert.equal(status.path, '/');
    assert.equal(status.transaction, null);
    assert.equal(status.deployments.length, 2);
    assert.equal(status.deployments[0]?.['base-timestamp'], 1_600_000_000);
    assert.deepEqual(JSON.parse(JSON.stringify(status)), status);
  });

  it('begins, starts and follows a transaction to its end', async () => {
    const { engine } = fixture;
    engine.onStart = () => {
      engine.report({ type: 'task-begin', text: 'Resolving' });
      engine.report({ type: 'percent', text: 'Resolving', percent: 10 });
      engine.report({ type: 'percent', text: 'Resolving', percent: 90 });
      engine.change({ step: 'packages.fetch', stepIndex: 1 });
      engine.end({ state: 'Committed', facts: { pruned: { objects: 3, freedBytes: 4 } } });
    };
    const handle = await client.begin({ kind: 'install', stateroot: null, add: ['htop'], cacheOnly: true });
    assert.equal(handle.title, 'apt-ostree test');
    assert.equal(await handle.start(), true);
    const heard = await all(handle.events());
    assert.deepEqual(heard.at(-1), { type: 'finished', ok: true, message: '', errorName: '', code: null });
    // of figures that come faster than they are read only the last is given
    const kinds = new Set(heard.filter((each) => each.type !== 'state').map((each) => each.type));
    assert.deepEqual([...kinds], ['task-begin', 'percent', 'finished']);
    const { state, report } = await handle.properties();
    assert.equal(state, 'Committed');
    assert.deepEqual(report, { pruned: { objects: 3, freedBytes: 4 } });
  });

  it('gives the end alone of a transaction that has ended', async () => {
    const { engine } = fixture;
    const begun = await client.begin({ kind: 'rollback', stateroot: 'debian' });
    engine.end({ state: 'RolledBack', failure: { code: 'no-space', message: 'cannot write: full' } });
    const handle = await client.transaction(begun.id);
    const heard = await all(handle.events());
    assert.deepEqual(
      heard.map((each) => each.type),
      ['state', 'finished'],
    );
    const end = heard.at(-1);
    assert.ok(end?.type === 'finished' && end.code === 'no-space' && end.message === 'cannot write: full');
  });

  it('attaches to the active transaction and cancels it', async () => {
    const { engine } = fixture;
    assert.equal(await client.active(), null);
    const begun = await client.begin({ kind: 'cleanup', stateroot: null, base: true });
    await begun.start();
    const other = await onBus();
    const handle = await other.active();
    assert.equal(handle?.id, begun.id);
    assert.equal(await handle?.start(), false);
    await handle?.cancel();
    assert.equal(engine.transaction(begun.id).state, 'Cancelled');
    await other.close();
    const end = (await all(begun.events())).at(-1);
    assert.ok(end?.type === 'finished' && end.code === 'cancelled');
  });

  it('gives errors their codes back', async () => {
    const coded = (code: string) => (error: unknown) => error instanceof AptOstreeError && error.code === code;
    await assert.rejects(client.begin({ kind: 'install', stateroot: null, add: ['NO'] }), coded('invalid-argument'));
    await assert.rejects(client.begin({ kind: 'rollback', stateroot: 'fedora' }), coded('no-such-stateroot'));
    await assert.rejects(client.transaction('f'.repeat(32)), coded('no-such-transaction'));
    await assert.rejects(client.transaction('x'), coded('no-such-transaction'));
    await client.begin({ kind: 'rollback', stateroot: null });
    await assert.rejects(client.begin({ kind: 'cleanup', stateroot: null, base: true }), coded('transaction-active'));
  });

  it('sends every option of a request, and joins the same one', async () => {
    const request: ClientRequest = {
      kind: 'install',
      stateroot: 'debian',
      add: ['htop'],
      remove: ['vim'],
      removeAll: true,
      local: ['/a.deb'],
      allowInactive: true,
      idempotent: true,
      dryRun: false,
      plan: 'ab'.repeat(32),
      cacheOnly: true,
      downloadOnly: false,
      lockFinalization: true,
      reboot: true,
    };
    const handle = await client.begin(request);
    assert.deepEqual(fixture.engine.submissions.at(-1)?.request, request);
    assert.equal((await client.begin(request)).id, handle.id);
  });

  it('reads the journal page by page, and follows it', async () => {
    fixture.engine.rows = Array.from({ length: 2500 }, (_, index) => row(index + 1));
    assert.equal((await client.journal.events({ limit: 2200 })).length, 2200);
    assert.equal((await client.journal.events({ limit: 10_000 })).length, 2500);
    assert.equal((await client.journal.events({ afterSeq: 2000, limit: 10_000 })).at(-1)?.seq, 2500);
    assert.deepEqual(await client.journal.verify(), {
      ...{ ok: true, rows: 2500, anchor: 0, head: null, firstBad: null, history: null },
    });
    const following = client.journal.follow()[Symbol.asyncIterator]();
    const next = following.next();
    const timer = setInterval(() => fixture.engine.appended.next(row(7)), 20);
    assert.deepEqual((await next).value, row(7));
    clearInterval(timer);
    await following.return?.(undefined);
  });

  it('sends long rows in several replies', async () => {
    fixture.engine.rows = Array.from({ length: 9 }, (_, index) => ({
      ...row(index + 1),
      payload: 'x'.repeat(900_000),
    }));
    assert.equal((await client.journal.events({ limit: 100 })).length, 9);
  });

  it('passes the filters of the history on', async () => {
    await client.journal.transactions({
      sinceMs: 5,
      uid: 0,
      package: 'htop',
      kind: 'install',
      outcome: 'Failed',
      limit: 7,
    });
    const expected = { uid: 0, package: 'htop', kind: 'install', outcome: 'Failed', limit: 7, sinceMs: 5 };
    assert.deepEqual(JSON.parse(fixture.engine.calls.at(-1)?.slice('history '.length) ?? ''), expected);
  });

  it('refuses another sysroot than the one served', async () => {
    await assert.rejects(onBus('/tmp'), /cannot use \/tmp: apt-ostreed on this bus serves \//);
    await (await onBus('/')).close();
  });

  it('says that the transaction goes on when the daemon goes away', async () => {
    const handle = await client.begin({ kind: 'rollback', stateroot: null });
    await handle.start();
    await fixture.unserve();
    await assert.rejects(all(handle.events()), /apt-ostreed has gone; the transaction goes on by itself/);
    await assert.rejects(client.status(), { code: 'daemon-unreachable' });
    await fixture.serve();
  });
});

describe('client without a daemon', () => {
  it('says in one line that there is no bus', async () => {
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus';
    await assert.rejects(
      onBus(),
      /^AptOstreeError: cannot reach the system bus: nothing listens at \S+; as root, --peer works without a bus$/,
    );
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = 'tcp:host=localhost';
    await assert.rejects(onBus(), /not the address of a Unix socket/);
    delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  });
});

describe('client with a private daemon', () => {
  const directory = mkdtempSync(join(tmpdir(), 'apt-ostree-client-'));
  const daemonProgram = join(directory, 'apt-ostreed');
  const daemonModule = fileURLToPath(new URL('./memory-daemon.js', import.meta.url));
  before(() => {
    mkdirSync(join(directory, 'sysroot'));
    writeFileSync(daemonProgram, `#!/bin/sh\nexec '${process.execPath}' '${daemonModule}' "$@"\n`);
    chmodSync(daemonProgram, 0o755);
  });
  after(() => rmSync(directory, { recursive: true }));

  const atPeer = (sysroot: string | null) => connect({ ...IDENTITY, daemonProgram, sysroot, peer: sysroot === null });

  it('starts one for a sysroot when no bus is named, and ends it with the client', async () => {
    const before = leftovers();
    const client = await atPeer(join(directory, 'sysroot'));
    assert.equal((await client.status()).path, join(directory, 'sysroot'));
    const handle = await client.begin({ kind: 'rollback', stateroot: null });
    assert.equal(await handle.start(), true);
    const heard = await all(handle.events());
    assert.ok(heard.some((each) => each.type === 'message' && each.text.startsWith('working on')));
    assert.ok(heard.at(-1)?.type === 'finished');
    assert.equal((await handle.properties()).unchanged, 'nothing to do');
    await client.close();
    await assert.rejects(client.status(), { code: 'daemon-unreachable' });
    assert.deepEqual(leftovers(), before);
  });

  it('serves / when asked for a private daemon without a sysroot', async () => {
    const client = await atPeer(null);
    assert.equal((await client.status()).path, '/');
    await client.close();
  });

  it('says so when it ends instead of answering, or dies', async () => {
    const before = leftovers();
    await assert.rejects(atPeer('/refused'), {
      code: 'daemon-unreachable',
      message: 'cannot open /refused: not a sysroot',
    });
    await assert.rejects(connect({ ...IDENTITY, sysroot: '/x', peer: true }), /cannot run \/nonexistent/);
    const client = await atPeer('/crash');
    const handle = await client.begin({ kind: 'rollback', stateroot: null });
    await handle.start();
    await assert.rejects(all(handle.events()), { code: 'daemon-unreachable' });
    await client.close();
    assert.deepEqual(leftovers(), before);
  });
});

function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^apt-ostree-[A-Za-z0-9]{6}$/.test(name));
}

function row(seq: number): EventRow {
  return {
    seq,
    transaction: transactionId('0'.repeat(32)),
    type: 'START',
    payload: {},
    schemaVersion: 1,
    machineVersion: 1,
    state: 'performing:0',
    uid: 0,
    pid: 1,
    client: 'test',
    authorization: '',
    bootId: 'boot',
    wallTimeMs: 1000 + seq,
    previousHash: '',
    hash: '',
  };
}
