// An apt-ostreed whose engine does nothing, for tests of the client's private daemon: --peer --sysroot PATH --address ADDRESS.

import { parseArgs } from 'node:util';
import { startPeerService } from '../../src/dbus/peer-service.js';
import { peerCredentials } from '../../src/native/libc.js';
import { MemoryEngine } from '../dbus/memory-engine.js';

const { values } = parseArgs({
  options: { peer: { type: 'boolean' }, sysroot: { type: 'string' }, address: { type: 'string' } },
});
const engine = new MemoryEngine(values.sysroot);
engine.onStart = () => {
  engine.report({ type: 'message', text: `working on ${values.sysroot}` });
  if (values.sysroot === '/crash') process.kill(process.pid, 'SIGKILL');
  engine.end({ state: 'Committed', unchanged: 'nothing to do' });
};
if (values.sysroot === '/refused') {
  console.error('error: cannot open /refused: not a sysroot');
  process.exit(1);
}
const service = await startPeerService({
  engine,
  address: values.address ?? '',
  peerCredentials,
  log: { bug: console.error, note: console.error },
  onEmpty: () => undefined,
});
process.once('SIGTERM', () => {
  service.close().then(() => process.exit(0), console.error);
});
