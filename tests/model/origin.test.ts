import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatOrigin, isLayered, parseOrigin } from '../../src/model/origin.js';

test('a layered origin has baserefspec and lists, as rpm-ostree writes them', () => {
  const origin = {
    ...parseOrigin('[origin]\nrefspec=debian/12\n'),
    requested: ['htop', 'vim'],
    transaction: 'f'.repeat(32),
  };
  assert.equal(
    formatOrigin(origin),
    `[origin]\nbaserefspec=debian/12\n\n[packages]\nrequested=htop;vim;\n\n[apt-ostree]\ntransaction=${'f'.repeat(32)}\n`,
  );
  assert.deepEqual(parseOrigin(formatOrigin(origin)), origin);
  assert.ok(isLayered(origin));
});

test('an origin without requests is a plain refspec again', () => {
  const layered = parseOrigin('[origin]\nbaserefspec=r:debian/12\n[packages]\nrequested=htop;\n');
  assert.equal(formatOrigin({ ...layered, requested: [] }), '[origin]\nrefspec=r:debian/12\n');
});

test('an initramfs of the machine is asked for in the words of rpm-ostree', () => {
  const origin = {
    ...parseOrigin('[origin]\nrefspec=a\n'),
    regenerateInitramfs: true,
    initramfsArgs: ['-I', '/etc/x'],
  };
  const text = '[origin]\nbaserefspec=a\n\n[rpmostree]\nregenerate-initramfs=true\ninitramfs-args=-I;/etc/x;\n';
  assert.equal(formatOrigin(origin), text);
  assert.deepEqual(parseOrigin(text), origin);
});

test('unknown keys are kept, transient ones are not carried over', () => {
  const text = '# comment\n[origin]\nrefspec=a\ncustom-url=x\n\n[libostree-transient]\npinned=1\n\n[other]\nk=v\n';
  assert.equal(formatOrigin(parseOrigin(text)), '[origin]\nrefspec=a\ncustom-url=x\n\n[other]\nk=v\n');
});

test('broken origins are refused with the line', () => {
  assert.throws(() => parseOrigin('refspec=a\n'), { code: 'invalid-origin', message: /"refspec=a"/ });
  assert.throws(() => parseOrigin('[packages]\nrequested=a;\n'), {
    code: 'invalid-origin',
    message: /neither refspec/,
  });
});
