// GVariants of a repo that somebody else wrote.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVariant, type Value, VariantValue } from '../../src/native/variant-reader.js';
import { nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';

const COMMIT = '(a{sv}aya(say)sstayay)';

test('any bytes under any type are read or refused, variants within variants too', () => {
  const codes = fc.array(fc.constantFrom(...'bynqiuxthdsogvam(){}'), { maxLength: 20 }).map((all) => all.join(''));
  const types = fc.oneof(codes, nastyText, fc.constantFrom(COMMIT, '(a(say)a(sayay))', 'a{sv}', 'av', 'aav', 'amv'));
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 400 }), (type, bytes) => {
      refusedOrRead(() => readAll(readVariant(type, Buffer.from(bytes))));
    }),
    runs(4000),
  );
});

test('types that nest without end are refused, before they overflow a stack', () => {
  for (const type of ['a'.repeat(100_000), 'm'.repeat(900), `${'('.repeat(500)}y${')'.repeat(500)}`])
    assert.equal(
      refusedOrRead(() => readVariant(type, Buffer.alloc(8))),
      null,
    );
  const inner = Buffer.concat([Buffer.alloc(8), Buffer.from('\0'), Buffer.from('a'.repeat(60_000))]);
  assert.equal(
    refusedOrRead(() => readAll(readVariant('v', inner))),
    null,
  );
});

test('a variant that holds itself in itself is read no deeper than it is long', () => {
  let bytes = Buffer.from('07000000\0u'.replace(/^07000000/, '\x07\0\0\0'), 'latin1');
  for (let depth = 0; depth < 2000; depth += 1) bytes = Buffer.concat([bytes, Buffer.from('\0v')]);
  refusedOrRead(() => readAll(readVariant('v', bytes)));
});

function readAll(value: Value, depth = 0): void {
  if (depth > 200) return;
  if (value instanceof VariantValue) readAll(value.read(), depth + 1);
  else if (Array.isArray(value)) for (const each of value as readonly Value[]) readAll(each, depth + 1);
}
