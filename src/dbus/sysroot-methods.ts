// Methods of the Sysroot interface.

import type { Engine } from '../actors/engine.js';
import { AptOstreeError } from '../model/errors.js';
import type { Configured } from './configured.js';
import type { MethodsOf } from './dispatcher.js';
import type { Gate } from './gate.js';
import type { SYSROOT_INTERFACE } from './members.js';
import { osPath } from './names.js';
import { readOptions } from './options.js';

const MAX_CLIENT_ID = 64;

interface SysrootParts {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly configured: Configured;
}

export function sysrootMethods({ engine, gate, configured }: SysrootParts): MethodsOf<typeof SYSROOT_INTERFACE> {
  return {
    RegisterClient: async ({ options }, { peer }) => {
      const { id, 'initiating-command-line': commandLine } = readOptions('RegisterClient', REGISTER, options);
      // asks who it is, so that its leaving is noticed too
      await peer.credentials();
      peer.registration = { id: clientId(id ?? 'unknown'), commandLine: commandLine ?? null };
      return {};
    },
    UnregisterClient: ({ options }, { peer }) => {
      readOptions('UnregisterClient', {}, options);
      peer.registration = null;
      return {};
    },
    Reload: () => {
      engine.reload();
      return {};
    },
    ReloadConfig: async (_, { peer, interactive }) => {
      await gate.check({
        peer,
        actions: ['reload-daemon'],
        what: 'reload',
        details: { operation: 'reload' },
        interactive,
      });
      configured.reload();
      engine.reload();
      return {};
    },
    GetOS: ({ name }) => ({ object_path: osPath(staterootOf(engine, name)) }),
  };
}

const REGISTER = { id: 's', 'initiating-command-line': 's' } as const;

/** It stands in one line with other words, in journals and logs. */
function clientId(text: string): string {
  if (!/^[A-Za-z0-9._:@+-]+$/.test(text) || text.length > MAX_CLIENT_ID)
    throw new AptOstreeError('invalid-argument', `cannot use ${JSON.stringify(text)} as the id of a client`);
  return text;
}

function staterootOf(engine: Engine, name: string): string {
  const { deployments, sysroot } = engine.snapshot();
  const wanted = deployments.find((each) => (name === '' ? each.booted : each.stateroot === name));
  const found = wanted ?? (name === '' ? deployments[0] : undefined);
  if (found !== undefined) return found.stateroot;
  const what = name === '' ? 'a deployment' : `stateroot ${JSON.stringify(name)}`;
  throw new AptOstreeError('no-such-stateroot', `cannot find ${what} in ${sysroot}`);
}
