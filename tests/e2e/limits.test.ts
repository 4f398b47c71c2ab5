import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { output, until } from './commands.js';
import { leftovers } from './leftovers.js';
import { LocalDebs } from './local-debs.js';
import { descendantsOf } from './processes.js';
import { Stand } from './stand.js';

/** What a cancel may take, kills of what does not listen included. */
const CANCEL_MS = 10_000;

const STUBBORN =
  '#!/bin/sh\ntrap "" TERM INT HUP\nsetsid sh -c \'trap "" TERM INT HUP; while :; do sleep 1; done\' &\nwhile :; do sleep 1; done\n';

describe('a step that does not end', { timeout: 240_000 }, () => {
  let stand: Stand;
  const debs = new LocalDebs();
  let stubborn: string;
  before(async () => {
    stubborn = debs.build({ name: 'stubborn', scripts: { postinst: STUBBORN } });
    stand = await Stand.open({ serve: 'bus' });
  });
  after(async () => {
    debs.remove();
    await stand.close();
  });

  const isTakenBack = async (state: string) => {
    await stand.settled();
    assert.equal((await stand.history('--limit', '1'))[0]?.state, state);
    assert.equal((await stand.deployments()).length, 1);
    assert.deepEqual(await leftovers(stand.path, { daemon: stand.daemon.pid }), []);
  };
  const installing = async () => {
    const install = stand.start('install', '--cache-only', stubborn);
    await install.printed(/Configuring stubborn|Installing packages/);
    await until(
      () => descendantsOf(stand.daemon.pid).some(({ commandLine }) => commandLine.includes('stubborn.postinst')),
      'the script',
    );
    return install;
  };

  it('because its script ignores signals is ended by a cancel in time', async () => {
    const install = await installing();
    const startedAtMs = performance.now();
    assert.match(await stand.done('cancel'), /Cancelled\.\n$/);
    const tookMs = performance.now() - startedAtMs;
    assert.equal((await install.ended).status, 1);
    assert.ok(tookMs < CANCEL_MS, `${tookMs} ms`);
    await isTakenBack('Cancelled');
  });

  it('stays cancelled when the daemon is killed right after', async () => {
    const install = await installing();
    // so that it has not ended before the daemon has
    process.kill(descendantsOf(stand.daemon.pid)[0]?.pid ?? 0, 'SIGSTOP');
    const cancel = stand.start('cancel');
    const [row] = await stand.history('--limit', '1');
    const types = async () => (await stand.events('--transaction', row?.id ?? '')).map(({ type }) => type);
    await until(async () => (await types()).at(-1) === 'CANCEL', 'the row');
    await stand.daemon.kill();
    await Promise.all([install.ended, cancel.ended]);
    await stand.startDaemon();
    await isTakenBack('Cancelled');
  });

  it('is ended at its deadline, and all is taken back', async () => {
    await stand.daemon.stop();
    await stand.startDaemon('--deadline', 'tree.assemble=4');
    const { status, stderr } = await stand.cli('install', '--cache-only', stubborn);
    assert.deepEqual([status, stderr], [1, 'error: cannot finish tree.assemble: it took longer than 4 seconds\n']);
    await isTakenBack('RolledBack');
  });
});

describe('a network that fails for a while', { timeout: 240_000 }, () => {
  let stand: Stand;
  let server: Server;
  /** Answers of the server, the next one first; then 404. */
  let answers: (number | 'hang up')[] = [];
  let asked = 0;
  before(async () => {
    server = createServer((_request, response) => {
      asked += 1;
      const answer = answers.shift() ?? 404;
      if (answer === 'hang up') response.socket?.destroy();
      else response.writeHead(answer).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stand = await Stand.open({ serve: 'bus', cold: true });
    const apt = join(await stand.directory(0), 'etc/apt');
    const { port } = server.address() as AddressInfo;
    writeFileSync(join(apt, 'sources.list'), `deb http://127.0.0.1:${port}/debian bookworm main\n`);
    rmSync(join(apt, 'sources.list.d'), { recursive: true, force: true });
    // one question a try
    writeFileSync(join(apt, 'apt.conf.d/99-once'), 'Acquire::Retries "0";\nAcquire::By-Hash "no";\n');
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await stand.close();
  });

  const attempts = async () =>
    (await stand.events('--limit', '50')).filter(({ type }) => type === 'ATTEMPTED').map(({ payload }) => payload);

  it('is asked again after a pause, and each try is in the journal', async () => {
    answers = Array.from({ length: 60 }, () => 503);
    const { status, stdout, stderr } = await stand.cli('refresh-md');
    assert.equal(status, 1);
    assert.match(stderr, /^error: cannot refresh package indexes: http.* 503 .*\n$/);
    assert.match(stdout, /503 .*; trying again in 1 s \(1 of 2\)\n/);
    assert.match(stdout, /503 .*; trying again in 2 s \(2 of 2\)\n/);
    assert.deepEqual(
      (await attempts()).map((payload) => [
        (payload as { retry: number }).retry,
        (payload as { attempt: number }).attempt,
      ]),
      [
        [1, 1],
        [2, 1],
      ],
    );
  });

  it('that decides, as one that does not have it, is not asked again', async () => {
    const before = (await attempts()).length;
    answers = [];
    const { status, stdout } = await stand.cli('refresh-md');
    assert.equal(status, 1);
    assert.doesNotMatch(stdout, /trying again/);
    assert.equal((await attempts()).length, before);
    assert.ok(asked > 0);
  });

  it('a cancel during the pause ends it at once', async () => {
    answers = Array.from({ length: 60 }, () => 'hang up' as const);
    const refresh = stand.start('refresh-md');
    await refresh.printed(/trying again in 2 s/);
    assert.match(await stand.done('cancel'), /Cancelled\.\n$/);
    assert.equal((await refresh.ended).status, 1);
    await stand.settled();
    assert.equal((await stand.history('--limit', '1'))[0]?.state, 'Cancelled');
  });

  it('a daemon killed during the pause has not forgotten how often it tried', async () => {
    answers = Array.from({ length: 60 }, () => 503);
    const refresh = stand.start('refresh-md');
    await refresh.printed(/trying again in 2 s/);
    await stand.daemon.kill();
    await refresh.ended;
    await stand.startDaemon();
    await stand.settled();
    const [row] = await stand.history('--limit', '1');
    assert.equal(row?.state, 'Failed');
    const own = (await stand.events('--transaction', row.id)).map(({ type, payload }) =>
      type === 'ATTEMPTED' ? `retry ${(payload as { retry?: number }).retry ?? '-'}` : type,
    );
    assert.deepEqual(own, ['OPENED', 'START', 'retry 1', 'retry 2', 'retry -', 'STEP_FAILED']);
  });
});

describe('the journal of a daemon at work', { timeout: 120_000 }, () => {
  let stand: Stand;
  before(async () => {
    stand = await Stand.open({ serve: 'bus', cold: true });
    for (let count = 0; count < 3; count += 1) await stand.cli('rollback');
  });
  after(() => stand.close());

  it('is exported so that others can check it', async () => {
    const file = join(stand.bus.directory, 'journal.jsonl');
    writeFileSync(file, await stand.done('journal', 'export'));
    const verified = /^ok: (\d+) rows, head (\w+)/.exec(await stand.done('journal', 'verify'));
    assert.equal(await checkOutside(file), `${verified?.[1]} ${verified?.[2]}\n`);
    const filtered = await stand.done('journal', 'export', '--kind', 'rollback', '--limit', '2');
    assert.equal(filtered.trim().split('\n').length, 2);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"uid":0', '"uid":1'));
    await assert.rejects(checkOutside(file), /row 1/);
  });

  it('is pruned, tells by whom, and still can be checked', async () => {
    assert.match(
      await stand.done('journal', 'prune', '--keep', '1'),
      /^Pruned \d+ rows of 2 transactions; the journal begins with row \d+ now\.\n$/,
    );
    assert.equal((await stand.history()).length, 1);
    assert.match(await stand.done('journal', 'verify'), /^ok: \d+ rows \(those up to \d+ were pruned\), head /);
    assert.match(
      await stand.done('journal', 'list'),
      /the journal was pruned: \d+ rows up to \d+, of 2 transactions\n/,
    );
    assert.equal(await stand.done('journal', 'prune', '--keep-days', '1'), 'Nothing to prune.\n');
    const { status, stderr } = await stand.cli('journal', 'prune');
    assert.deepEqual([status, /^error: cannot prune: give --keep/.test(stderr)], [1, true]);
    const file = join(stand.bus.directory, 'pruned.jsonl');
    writeFileSync(file, await stand.done('journal', 'export'));
    assert.match(await checkOutside(file), /^\d+ \w{64}\n$/);
  });

  it('is not pruned by whom polkit does not allow it', async () => {
    const call = ['gdbus', 'call', '--system', '-d', 'org.projectatomic.aptostree1', '-o'];
    const method = ['/org/projectatomic/aptostree1/Journal', '-m', 'org.projectatomic.aptostree1.Journal.Prune'];
    const { status, stderr } = await stand.program([...call, ...method, "{'keep': <uint32 0>}"], { user: 'nobody' });
    assert.equal(status, 1);
    assert.match(stderr, /AccessDenied: cannot prune the journal: the caller is not authorized for \S+\.cleanup/);
  });
});

/** The number of rows and the head, as another language finds them. */
function checkOutside(file: string): Promise<string> {
  return output(['/usr/bin/python3', '-c', CHECK, file], { timeoutMs: 20_000 });
}

/** Also an example for docs/journal.md. */
const CHECK = `
import hashlib, json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
head = rows[0]["previous_hash"]
for row in rows:
    columns = list(row.values())
    text = json.dumps(columns[:-1], ensure_ascii=False, separators=(",", ":"))
    good = row["previous_hash"] == head and row["hash"] == hashlib.sha256(text.encode()).hexdigest()
    if not good: sys.exit("row %d" % row["seq"])
    head = row["hash"]
print(len(rows), head)
`;
