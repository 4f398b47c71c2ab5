// What became of a staged deployment, told from boot id and booted deployment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootEvent } from '../../src/actors/boot-outcome.js';
import type { TransactionView } from '../../src/model/transaction.js';
import { deployments } from '../executor/sample-deployments.js';

const ID = '7'.repeat(32);

function fate(line: string, options: { readonly staged: number; readonly bootId: string }) {
  const present = deployments(line);
  const id = options.staged < 0 ? 'debian-gone.0' : present[options.staged]?.id;
  const view = { id: ID, facts: { deployment: { id, staged: true, bootId: 'then' } } } as unknown as TransactionView;
  return bootEvent(view, { bootId: options.bootId, deployments: present })?.what ?? null;
}

for (const [line, options, what] of [
  ['new+ booted* old', { staged: 0, bootId: 'then' }, null],
  ['booted* old', { staged: -1, bootId: 'then' }, 'superseded'],
  ['new* old', { staged: 0, bootId: 'now' }, 'booted-it'],
  ['new old*', { staged: 0, bootId: 'now' }, 'booted-another'],
  ['booted* old', { staged: -1, bootId: 'now' }, 'lost'],
  ['first old', { staged: -1, bootId: 'now' }, null],
] as const)
  test(`"${line}" in ${options.bootId === 'then' ? 'the same' : 'another'} boot: ${what ?? 'not yet known'}`, () => {
    assert.equal(fate(line, options), what);
  });

test('a deployment is recognised by its transaction when its serial changed', () => {
  const [first, ...rest] = deployments('new* old');
  const present = [{ ...first, origin: `[apt-ostree]\ntransaction=${ID}\n` }, ...rest] as ReturnType<
    typeof deployments
  >;
  const view = { id: ID, facts: { deployment: { id: 'debian-x.9', staged: true, bootId: 'then' } } };
  assert.equal(
    bootEvent(view as unknown as TransactionView, { bootId: 'now', deployments: present })?.what,
    'booted-it',
  );
});
