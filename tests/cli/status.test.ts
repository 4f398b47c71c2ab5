import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type StatusView, statusLines } from '../../src/cli/render/status.js';
import { ANSI, PLAIN } from '../../src/cli/terminal.js';
import type { Status } from '../../src/client/client.js';
import { assertGolden } from './golden.js';
import { runCli } from './run-cli.js';
import { BOOTED, deployment, LAYERED, OLD } from './sample-deployments.js';
import { statusOf } from './scripted-client.js';

const THREE: Partial<Status> = { deployments: [LAYERED, BOOTED, OLD] };

function text(view: Partial<StatusView>): string {
  const lines = statusLines({
    status: statusOf(THREE),
    active: null,
    verbose: false,
    bootedOnly: false,
    columns: null,
    style: PLAIN,
    ...view,
  });
  return `${lines.join('\n')}\n`;
}

test('status shows the deployments in boot order', () => {
  assertGolden('status', text({}));
});

test('status --verbose shows more of each', () => {
  assertGolden('status-verbose', text({ verbose: true }));
});

test('status --booted shows one', () => {
  assertGolden('status-booted', text({ bootedOnly: true }));
});

test('status shows the running transaction', () => {
  const active = { title: 'install htop', initiator: 'client(id:cli dbus:1.5 uid:0)' };
  assertGolden('status-busy', text({ active, status: statusOf({ deployments: [BOOTED] }) }));
});

test('status on a terminal wraps lists under their key and marks origins', () => {
  assertGolden('status-terminal', text({ columns: 80, style: ANSI }).replaceAll('\x1b', '␛'));
});

test('a deployment without version and origin is still shown', () => {
  const { version: _, origin: __, ...bare } = deployment();
  assertGolden('status-bare', text({ status: statusOf({ deployments: [bare] }) }));
});

test('an empty sysroot has no deployments', () => {
  assertGolden('status-empty', text({ status: statusOf({}) }));
});

test('status --json has the four members of rpm-ostree', async () => {
  const { out, status } = await runCli(['status', '--json'], { status: THREE });
  const document: unknown = JSON.parse(out);
  assert.deepEqual(document, {
    deployments: [LAYERED, BOOTED, OLD],
    transaction: null,
    'cached-update': {},
    'update-driver': null,
  });
  assert.equal(status, 0);
});

test('status --json --booted keeps only the booted deployment', async () => {
  const { out } = await runCli(['status', '--json', '-b'], { status: THREE });
  assert.deepEqual((JSON.parse(out) as { deployments: unknown }).deployments, [BOOTED]);
});

test('status --jsonpath prints the list of what it finds', async () => {
  const { out } = await runCli(['status', '-J', '$.deployments[1].booted'], { status: THREE });
  assert.deepEqual(JSON.parse(out), [true]);
});

test('status --pending-exit-77 tells a pending deployment by the exit status', async () => {
  const flag = ['status', '--pending-exit-77'];
  assert.equal((await runCli(flag, { status: THREE })).status, 77);
  assert.equal((await runCli(flag, { status: { deployments: [BOOTED, OLD] } })).status, 0);
  assert.equal((await runCli(flag, { status: { deployments: [OLD] } })).status, 0);
});

test('status names the running transaction, which it asks for only then', async () => {
  const busy: Partial<Status> = { ...THREE, transaction: ['PkgChange', ':1.5', '/x'] };
  const { out } = await runCli(['status'], { status: busy, active: true });
  assert.match(out, /^State: busy\nTransaction: install htop\n {2}Initiator: client\(id:cli dbus:1\.5 uid:0\)\n/);
});
