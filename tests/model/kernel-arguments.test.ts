import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeKernelArguments, kernelArgument, ownKernelArguments } from '../../src/model/kernel-arguments.js';

const NOTHING = { append: [], replace: [], delete: [], appendIfMissing: [], deleteIfPresent: [] };

/** Each line: arguments before, change, arguments after. */
const CHANGES = [
  ['a b=1', { append: ['c', 'a'] }, 'a b=1 c a'],
  ['a b=1', { appendIfMissing: ['a', 'b=2', 'b=1'] }, 'a b=1 b=2'],
  ['a b=1 c', { delete: ['b'] }, 'a c'],
  ['a b=1 b=2 c', { delete: ['b=1'] }, 'a b=2 c'],
  ['a b=1', { deleteIfPresent: ['b=2', 'a'] }, 'b=1'],
  ['a root=LABEL=x c', { replace: ['root=LABEL=x=LABEL=y'] }, 'a root=LABEL=y c'],
  ['a root=LABEL=x c', { replace: ['root=LABEL=y'] }, null, /no karg 'root=LABEL' found/],
  ['console=tty0 console=ttyS0', { replace: ['console=tty0=hvc0'] }, 'console=hvc0 console=ttyS0'],
  ['quiet', { replace: ['quiet=1'] }, 'quiet=1'],
  ['a=1', { delete: ['a'], append: ['a=2'], deleteIfPresent: ['a=2'] }, ''],
  ['a=1 a=2', { delete: ['a'] }, null, /multiple values for key 'a' found/],
  ['a=1 a=2', { replace: ['a=3'] }, null, /multiple values for key 'a' found/],
  ['a=1', { delete: ['a=2'] }, null, /no karg 'a=2' found/],
  ['a=1', { delete: ['b'] }, null, /no key 'b' found/],
  ['a=1', { replace: ['b=1'] }, null, /no key 'b' found/],
] as const;

for (const [before, change, after, says] of CHANGES) {
  test(`${JSON.stringify(change)} of "${before}"`, () => {
    const changed = () => changeKernelArguments(ownKernelArguments(before), { ...NOTHING, ...change });
    if (says !== undefined) assert.throws(changed, { code: 'invalid-argument', message: says });
    else assert.equal(changed().join(' '), after);
  });
}

test('an argument in quotes is one, and what boot loaders add is none of ours', () => {
  assert.deepEqual(ownKernelArguments('BOOT_IMAGE=/x a="b c" "d e=f" ostree=/ostree/boot.1/x/0 initrd=/y ro\n'), [
    'a="b c"',
    '"d e=f"',
    'ro',
  ]);
});

for (const text of ['', ' ', 'a b', 'a\nb', 'ostree=/x', 'initrd=x', 'a\0', ' a'])
  test(`${JSON.stringify(text)} is no kernel argument`, () => {
    assert.throws(() => kernelArgument(text), { code: 'invalid-argument', message: /as a kernel argument$/ });
  });

test('a quoted blank is part of an argument', () => assert.equal(kernelArgument('a="b c"'), 'a="b c"'));
