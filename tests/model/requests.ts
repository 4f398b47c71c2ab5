// A request for each plan there is.

import { parseRequest, type Request } from '../../src/model/request.js';

const CHECKSUM = 'a'.repeat(64);

/** Every request that takes a path of its own through its operation's plan. */
export const REQUESTS: readonly Request[] = [
  { kind: 'install', add: ['htop'] },
  { kind: 'install', add: ['htop'], cacheOnly: true },
  { kind: 'install', add: ['htop'], dryRun: true },
  { kind: 'install', add: ['htop'], downloadOnly: true },
  { kind: 'install', local: ['/tmp/a.deb'] },
  { kind: 'uninstall', remove: ['htop'] },
  { kind: 'uninstall', removeAll: true },
  { kind: 'deploy', revision: CHECKSUM },
  { kind: 'deploy', revision: CHECKSUM, cacheOnly: true },
  { kind: 'rollback' },
  { kind: 'cleanup', base: true },
  { kind: 'cleanup', pending: true },
  { kind: 'cleanup', rollback: true, metadata: true },
  { kind: 'refresh-md' },
  { kind: 'kargs', append: ['debug'] },
  { kind: 'initramfs', regenerate: true },
  { kind: 'upgrade' },
  { kind: 'upgrade', cacheOnly: true },
  { kind: 'upgrade', check: true },
  { kind: 'upgrade', downloadOnly: true },
  { kind: 'rebase', refspec: 'vendor:debian/12' },
  { kind: 'finalize' },
  { kind: 'pin', deployment: '1', pinned: true },
].map((members) => parseRequest({ stateroot: 'debian', ...members }));
