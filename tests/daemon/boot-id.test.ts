import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDaemonOptions } from '../../src/daemon/options.js';
import { bootId } from '../../src/system/boot-id.js';

test("systemd's spelling of a boot id is the kernel's", () => {
  const kernel = bootId();
  assert.equal(parseDaemonOptions(['--boot-id', kernel.replaceAll('-', '')]).bootId, kernel);
  assert.equal(parseDaemonOptions(['--boot-id', kernel]).bootId, kernel);
  assert.equal(parseDaemonOptions([]).bootId, null);
  assert.throws(() => parseDaemonOptions(['--boot-id', '%b']), { code: 'invalid-argument' });
});
