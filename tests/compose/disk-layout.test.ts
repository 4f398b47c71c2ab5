import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskLayout, parseDiskSize, partitionTable } from '../../src/compose/disk-layout.js';

const MEBIBYTE = 1024 ** 2;

test('lays GRUB, the EFI partition and the root one after another, and leaves room for the second table', () => {
  const { bios, efi, root, sizeBytes } = diskLayout(4096 * MEBIBYTE);
  assert.equal(bios.offsetBytes, MEBIBYTE);
  assert.equal(efi.offsetBytes, bios.offsetBytes + bios.sizeBytes);
  assert.equal(root.offsetBytes, efi.offsetBytes + efi.sizeBytes);
  assert.equal(root.offsetBytes + root.sizeBytes, sizeBytes - MEBIBYTE);
});

test('writes the table for sfdisk in sectors', () => {
  const lines = partitionTable(diskLayout(1024 * MEBIBYTE))
    .trim()
    .split('\n');
  assert.deepEqual(lines.slice(0, 3), [
    'label: gpt',
    'unit: sectors',
    'start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios',
  ]);
  assert.equal(lines.length, 5);
});

test('reads sizes with a unit, and refuses others', () => {
  assert.equal(parseDiskSize('8G'), 8 * 1024 * MEBIBYTE);
  assert.equal(parseDiskSize('1500M'), 1500 * MEBIBYTE);
  for (const text of ['', '8', '8g', '-8G', '1.5G', '8GB'])
    assert.throws(() => parseDiskSize(text), { code: 'invalid-argument' }, text);
  assert.throws(() => diskLayout(512 * MEBIBYTE), { code: 'invalid-argument', message: /1024 at least$/ });
});
