import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTransaction } from '../../src/cli/find-transaction.js';
import type { HistoryFilter } from '../../src/cli/journal-rows.js';
import { planOf } from '../../src/cli/render/event.js';
import { eventLine } from '../../src/cli/render/event-line.js';
import { historyBlock, historyTable } from '../../src/cli/render/history.js';
import { storyLines } from '../../src/cli/render/story.js';
import { userNames } from '../../src/cli/user-names.js';
import { EVENT_COLUMNS } from '../../src/journal/stored-event.js';
import { assertGolden } from './golden.js';
import { runCli } from './run-cli.js';
import { EVENTS, FIRST, HISTORY, SECOND } from './sample-journal.js';
import { scriptedClient } from './scripted-client.js';

const nameOf = userNames('root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n');
const [failedInstall, install] = HISTORY as [(typeof HISTORY)[number], (typeof HISTORY)[number]];
const [opening] = EVENTS as [(typeof EVENTS)[number]];

test('history is a line a transaction', () => {
  assertGolden('history', historyTable(HISTORY, nameOf).join('\n'));
});

test('history --verbose is a block a transaction', () => {
  const blocks = HISTORY.map((row) => historyBlock(row, { nameOf, columns: null }).join('\n'));
  assertGolden('history-verbose', blocks.join('\n\n'));
});

test('events are lines with their transaction, user and words', () => {
  const plan = planOf(opening);
  assertGolden('journal-list', EVENTS.map((row) => eventLine(row, { plan, nameOf })).join('\n'));
});

test('a story tells every event of a transaction', () => {
  assertGolden('story', storyLines(install, EVENTS, { nameOf, verbose: false, columns: null }).join('\n'));
});

test('a verbose story has the output of scripts', () => {
  assertGolden('story-verbose', storyLines(install, EVENTS, { nameOf, verbose: true, columns: null }).join('\n'));
});

test('no control character of a journal reaches the terminal', () => {
  const lines = [
    ...historyTable(HISTORY, nameOf),
    ...historyBlock(failedInstall, { nameOf, columns: null }),
    ...storyLines(install, EVENTS, { nameOf, verbose: true, columns: null }),
  ];
  assert.doesNotMatch(lines.join('\n'), /\x1b/);
});

test('a transaction is found by the beginning of its id', async () => {
  const { journal } = await scriptedClient({ history: HISTORY }).connect({} as never);
  assert.equal((await findTransaction(journal, FIRST)).id, FIRST);
  assert.equal((await findTransaction(journal, SECOND.slice(0, 12))).id, SECOND);
  assert.equal((await findTransaction(journal, null)).id, SECOND);
  await assert.rejects(findTransaction(journal, '01939f2b'), { message: /more than one id begins so/ });
  await assert.rejects(findTransaction(journal, 'ff'), { code: 'no-such-transaction' });
  await assert.rejects(findTransaction(journal, ''), { code: 'no-such-transaction' });
});

test('the beginning of an id bounds the time that is searched', async () => {
  const asked: HistoryFilter[] = [];
  const { journal } = await scriptedClient({ history: HISTORY }).connect({} as never);
  const transactions = async (filter: HistoryFilter) => {
    asked.push(filter);
    return journal.transactions(filter);
  };
  await findTransaction({ ...journal, transactions }, SECOND.slice(0, 12));
  const time = Number.parseInt(SECOND.slice(0, 12), 16);
  assert.deepEqual(asked, [{ sinceMs: time - 60_000, untilMs: time + 60_000, limit: 10_000 }]);
});

test('history --json is one object a line', async () => {
  const { out } = await runCli(['history', '--json'], { history: HISTORY });
  assert.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    HISTORY,
  );
});

test('journal list and show print events', async () => {
  const script = { history: HISTORY, events: EVENTS };
  assert.match((await runCli(['journal', 'list'], script)).out, /Refreshing package indexes: done in 1\.2 s/);
  assert.match((await runCli(['journal', 'show', FIRST], script)).out, /^install htop\n/);
});

test('journal follow prints events until Ctrl-C', async () => {
  const interrupts = {
    subscribe: (listener: () => void) => {
      const timer = setTimeout(listener, 20);
      return () => clearTimeout(timer);
    },
  };
  const argv = ['journal', 'follow', '--uid', '1000'];
  const { status, out, asked } = await runCli(argv, { events: EVENTS }, { interrupts });
  assert.match(out, /^ +9 [^\n]*cancel asked for[^\n]*\n$/);
  assert.deepEqual([status, asked.closed], [130, 1]);
});

test('journal follow ends when nobody reads it any more', async () => {
  const output = new AbortController();
  setTimeout(() => output.abort(), 20);
  const options = { outputClosed: output.signal };
  const { status, out } = await runCli(['journal', 'follow', '--json'], { events: EVENTS }, options);
  assert.equal(out.trimEnd().split('\n').length, EVENTS.length);
  assert.equal(status, 0);
});

test('journal verify prints the head, and fails when a row is wrong', async () => {
  const good = await runCli(['journal', 'verify']);
  assert.deepEqual([good.status, good.out], [0, `ok: 3 rows, head ${'ab'.repeat(32)}\n`]);
});

test('journal verify tells of pruned rows, and of a history that does not agree', async () => {
  const whole = { ok: true, rows: 3, anchor: 0, head: 'ab'.repeat(32), firstBad: null, history: null };
  const pruned = await runCli(['journal', 'verify'], { verify: { ...whole, anchor: 7 } });
  assert.equal(pruned.out, `ok: 3 rows (those up to 7 were pruned), head ${'ab'.repeat(32)}\n`);
  const history = {
    wrong: 2,
    first: 'transaction x: its state is A in the history, and B by its events',
    rebuilt: true,
  };
  const wrong = await runCli(['journal', 'verify'], { verify: { ...whole, history } });
  assert.deepEqual(
    [wrong.status, wrong.err],
    [
      1,
      'error: cannot trust the history: transaction x: its state is A in the history, and B by its events and 1 more; it was made anew from the events, which are whole\n',
    ],
  );
});

test('journal export prints the columns of each row, the payload as it was hashed', async () => {
  const { out } = await runCli(['journal', 'export', '--limit', '2'], { history: HISTORY, events: EVENTS });
  const lines = out.trimEnd().split('\n');
  assert.equal(lines.length, 2);
  const row = JSON.parse(lines[1] ?? '') as Readonly<Record<string, unknown>>;
  assert.deepEqual(Object.keys(row), EVENT_COLUMNS);
  assert.deepEqual([row['seq'], row['type'], row['payload']], [2, 'START', '{}']);
});

test('journal prune says what is gone, and does not guess what shall stay', async () => {
  const { out, asked } = await runCli(['journal', 'prune', '--keep', '5', '--keep-days', '30'], {
    pruned: { rows: 12, transactions: 3, first: 13 },
  });
  assert.deepEqual(asked.prunes, [{ keep: 5, keepDays: 30 }]);
  assert.equal(out, 'Pruned 12 rows of 3 transactions; the journal begins with row 13 now.\n');
  assert.equal((await runCli(['journal', 'prune', '--keep', '5'])).out, 'Nothing to prune.\n');
  for (const args of [[], ['--keep', 'all'], ['--keep-days', '-1']])
    assert.equal((await runCli(['journal', 'prune', ...args])).status, 1, args.join(' '));
});

test('a step that is tried again is told with its reason', () => {
  const failure = { code: 'fetch-failed', message: 'cannot fetch x: timed out' };
  const row = { ...opening, type: 'ATTEMPTED', payload: { index: 0, attempt: 1, retry: 2, failure } };
  assert.match(eventLine(row, { plan: planOf(opening), nameOf }), /: cannot fetch x: timed out; tried again \(2\)$/);
});
