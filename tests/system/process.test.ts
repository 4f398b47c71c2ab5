import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AptOstreeError } from '../../src/model/errors.js';
import { failureReason, run, runChecked } from '../../src/system/process.js';

const sh = (script: string) => ({ command: '/bin/sh', args: ['-c', script] });

function coded(code: string) {
  return (error: unknown) => error instanceof AptOstreeError && error.code === code;
}

/** A dead process whose new parent does not reap it is dead all the same. */
function isRunning(pid: string): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\tZ/m.test(readFileSync(status, 'utf8'));
}

test('gives status and both streams', async () => {
  const result = await run(sh('echo out; echo err >&2; exit 3'));
  assert.deepEqual([result.status, result.stdout, result.stderr, result.truncated], [3, 'out\n', 'err\n', false]);
});

test('reports death by a signal as a shell does', async () => {
  assert.equal((await run(sh('kill -9 $$'))).status, 137);
});

test('hands on lines as they come, the last one without a newline too', async () => {
  const lines: string[] = [];
  await run({
    ...sh('printf "a\\nb\\r\\nc"; printf "10%%\\r20%%" >&2'),
    onLine: (stream, line) => lines.push(`${stream} ${line}`),
  });
  assert.deepEqual(lines.sort(), ['stderr 10%', 'stderr 20%', 'stdout a', 'stdout b', 'stdout c']);
});

test('lets nothing of our environment through', async () => {
  process.env['LEAK'] = 'secret';
  const { stdout } = await run({ command: '/usr/bin/env', args: [], env: { MINE: '1' } });
  delete process.env['LEAK'];
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
      .sort(),
    ['LC_ALL', 'MINE', 'PATH'],
  );
});

test('keeps only the end of endless output', async () => {
  const result = await run({ ...sh('seq 100000; echo end'), outputLimitBytes: 10 });
  assert.equal(result.stdout, '00000\nend\n');
  assert.equal(result.truncated, true);
});

test('feeds standard input and survives a program that does not read it', async () => {
  assert.equal((await run({ command: 'cat', args: [], stdin: 'hello' })).stdout, 'hello');
  assert.equal((await run({ command: 'true', args: [], stdin: 'x'.repeat(1_000_000) })).status, 0);
});

test('passes descriptors on as 3 and up', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'process-'));
  const fd = openSync(join(dir, 'file'), 'w');
  await runChecked({ ...sh('echo through >&3'), inheritFds: [fd] });
  closeSync(fd);
  assert.equal(readFileSync(join(dir, 'file'), 'utf8'), 'through\n');
  rmSync(dir, { recursive: true });
});

test('ends the whole group on abort, a child that ignores SIGTERM included', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'process-'));
  const abort = new AbortController();
  const script = `trap "" TERM; sh -c 'trap "" TERM; echo $$ > ${dir}/pid; while :; do sleep 0.05; done' & wait; sleep 9`;
  const running = run({ ...sh(script), signal: abort.signal, killGraceMs: 100 });
  await sleep(200);
  abort.abort();
  await assert.rejects(running, coded('cancelled'));
  await sleep(50);
  assert.equal(isRunning(readFileSync(join(dir, 'pid'), 'utf8').trim()), false);
  rmSync(dir, { recursive: true });
});

test('ends a program through its child, and waits for what it does about that', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'process-'));
  const abort = new AbortController();
  const script = `sleep 9 & echo > ${dir}/started; wait $!; sleep 0.2; echo "the child ended with $?" > ${dir}/last`;
  const running = run({ ...sh(script), signal: abort.signal, endThroughChild: true });
  while (!existsSync(join(dir, 'started'))) await sleep(10);
  abort.abort();
  await assert.rejects(running, coded('cancelled'));
  assert.match(readFileSync(join(dir, 'last'), 'utf8'), /^the child ended/);
  rmSync(dir, { recursive: true });
});

test('ends a program that has no child, or will not end without it, as any other', async () => {
  const abort = new AbortController();
  const options = { signal: abort.signal, endThroughChild: true, killGraceMs: 100 };
  const childless = run({ command: 'sleep', args: ['9'], ...options });
  const lasting = run({ ...sh('trap "" TERM; sleep 9; sleep 9'), ...options });
  await sleep(200);
  abort.abort();
  await Promise.all([childless, lasting].map((each) => assert.rejects(each, coded('cancelled'))));
});

test('does not start at all when aborted before', async () => {
  await assert.rejects(run({ ...sh('true'), signal: AbortSignal.abort() }), coded('cancelled'));
});

test('ends a program at its deadline', async () => {
  await assert.rejects(run({ command: 'sleep', args: ['9'], deadlineMs: 50 }), coded('deadline-exceeded'));
});

test('does not wait for a straggler that holds the output open', async () => {
  const { status, durationMs } = await run({ ...sh('sleep 9 & exit 4'), killGraceMs: 50 });
  assert.equal(status, 4);
  assert.ok(durationMs < 2000);
});

test('names a program that is not there', async () => {
  await assert.rejects(run({ command: '/nowhere/tool', args: [] }), {
    code: 'command-failed',
    message: 'cannot run tool: no such program',
  });
});

test('turns a bad status into one line that names task and reason', async () => {
  const options = {
    ...sh('echo "E: no such thing" >&2; echo "" >&2; exit 100'),
    task: 'read the index',
    code: 'apt-failed' as const,
  };
  await assert.rejects(runChecked(options), { code: 'apt-failed', message: 'cannot read the index: no such thing' });
});

test('tells the status when a program says nothing', async () => {
  assert.equal(failureReason(await run(sh('exit 7'))), 'it ended with status 7');
});
