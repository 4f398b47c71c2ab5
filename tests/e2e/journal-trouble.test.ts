import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import Database from 'better-sqlite3';
import { assertRefused } from './refusal.js';
import { Stand } from './stand.js';

describe('a journal in trouble', { timeout: 120_000 }, () => {
  let stand: Stand;
  let whole: Buffer;
  before(async () => {
    stand = await Stand.open({ serve: 'peer' });
    await stand.done('install', 'htop');
    await stand.cli('install', 'no-such-package');
    whole = readFileSync(stand.journalFile);
  });
  after(() => stand.close({ keepDownloads: true }));

  const restore = () => {
    for (const suffix of ['-wal', '-shm']) rmSync(`${stand.journalFile}${suffix}`, { force: true });
    writeFileSync(stand.journalFile, whole);
  };
  const change = (sql: string) => {
    const database = new Database(stand.journalFile);
    database.exec(sql);
    database.close();
  };

  it('of a newer version is read, and everything that would write is refused', async (test) => {
    test.after(restore);
    change('PRAGMA user_version = 2000');
    assert.equal((await stand.history()).length, 2);
    assert.match(await stand.done('journal', 'verify'), /^ok: /);
    assert.match(await stand.done('journal', 'show'), /install no-such-package/);
    assert.equal((await stand.deployments()).length, 2);
    for (const command of [['install', 'tree'], ['rollback'], ['cleanup', '--rollback']])
      assertRefused(
        await stand.cli(...command),
        /^cannot change anything: the journal \/.* was written by a newer apt-ostree \(format 2, this one knows 1\): boot the newer deployment or upgrade apt-ostree$/,
      );
    assert.equal((await stand.deployments()).length, 2);
  });

  it('of a newer minor version is read and written', async (test) => {
    test.after(restore);
    change('PRAGMA user_version = 1900; CREATE TABLE of_tomorrow (x)');
    await stand.done('refresh-md');
    assert.equal((await stand.history()).length, 3);
  });

  it('whose row was changed behind our back is found out by verify, which names the row', async (test) => {
    test.after(restore);
    change(`DROP TRIGGER event_is_never_changed; UPDATE event SET uid = 1000 WHERE seq = 2`);
    assertRefused(await stand.cli('journal', 'verify'), /^cannot trust the journal: row 2: /);
  });

  it('that lost its last rows is still a chain: that is what the printed head is for', async (test) => {
    test.after(restore);
    const head = /head (\w+)/.exec(await stand.done('journal', 'verify'))?.[1] ?? '';
    const database = new Database(stand.journalFile);
    database.exec('DROP TRIGGER event_is_never_removed; DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)');
    database.close();
    assert.ok(!(await stand.done('journal', 'verify')).includes(head));
  });

  it('that is no database is left alone, and the way out is named', async (test) => {
    test.after(restore);
    const garbage = 'this is no journal\n'.repeat(500);
    writeFileSync(stand.journalFile, garbage);
    for (const command of [['history'], ['install', 'tree']])
      assertRefused(
        await stand.cli(...command),
        /^cannot open the journal \/.*: file is not a database; move it away to start a new one, its history is kept in the moved file$/,
      );
    assert.equal(readFileSync(stand.journalFile, 'utf8'), garbage);
    renameSync(stand.journalFile, `${stand.journalFile}.broken`);
    await stand.done('refresh-md');
    assert.equal((await stand.deployments()).length, 2);
  });

  it('with a damaged page is not written to, and says so in one line', async (test) => {
    test.after(restore);
    const fd = openSync(stand.journalFile, 'r+');
    writeSync(fd, Buffer.alloc(whole.length - 8192, 0xff), 0, whole.length - 8192, 8192);
    closeSync(fd);
    assertRefused(
      await stand.cli('install', 'tree'),
      /^cannot (read|open) the journal \/.*: database disk image is malformed; move it away to start a new one, /,
    );
    assert.equal((await stand.cli('journal', 'verify')).status, 1);
  });

  it('of another program is refused', async (test) => {
    test.after(restore);
    rmSync(stand.journalFile);
    change('PRAGMA application_id = 252006673; CREATE TABLE x (y)');
    assertRefused(await stand.cli('history'), /^cannot open the journal.*another program/);
  });

  it('that is missing is begun anew; deployments are what they were', async (test) => {
    test.after(restore);
    rmSync(stand.journalFile);
    assert.deepEqual(await stand.history(), []);
    assert.deepEqual((await stand.deployments())[0]?.['requested-packages'], ['htop']);
    await stand.done('uninstall', 'htop');
    assert.equal((await stand.history()).length, 1);
  });
});
