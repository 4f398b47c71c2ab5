// From a parsed request to a transaction: who asks, whether they may, submit, and the address of its private socket.

import type { Engine } from '../actors/engine.js';
import type { Caller } from '../model/caller.js';
import { operationOf } from '../model/operations.js';
import type { Request } from '../model/request.js';
import type { TransactionView } from '../model/transaction.js';
import type { Configured } from './configured.js';
import type { Gate, Question } from './gate.js';
import type { Asked } from './os-requests.js';
import type { Call, Peer } from './peer.js';
import type { StartGuard } from './start-guard.js';
import type { TransactionSockets } from './transaction-sockets.js';

export interface BeginParts {
  readonly engine: Engine;
  readonly gate: Gate;
  readonly configured: Configured;
  readonly guard: StartGuard;
  readonly sockets: TransactionSockets;
}

const MAX_COMMAND_LINE = 2048;

/** The address of the transaction's private socket. @throws not-authorized and what submit throws */
export async function begin(parts: BeginParts, asked: Asked, call: Call): Promise<string> {
  parts.configured.admit(asked.request);
  const caller = await callerOf(call.peer, asked.commandLine);
  const question = questionOf(asked.request, { call, commandLine: caller.commandLine });
  const authorizations = await parts.gate.check(question);
  const { id } = parts.engine.submit({ request: asked.request, caller, authorizations });
  parts.guard.watch(id, call.peer);
  return parts.sockets.open(id, caller.uid);
}

/** COMMAND LINE falls back to the one the client registered with. */
export async function callerOf(peer: Peer, commandLine: string | null): Promise<Caller> {
  const { uid, pid } = await peer.credentials();
  return {
    uid,
    pid,
    sender: peer.sender,
    client: peer.registration?.id ?? 'unknown',
    commandLine: oneLine(commandLine ?? peer.registration?.commandLine ?? null),
  };
}

/** It is printed on terminals and stands in logs and journals. */
function oneLine(text: string | null): string | null {
  return text === null ? null : text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, MAX_COMMAND_LINE);
}

/** Owner and root may go on; others need what beginning it needs. @throws not-authorized */
export async function permit(
  gate: Gate,
  view: TransactionView,
  of: { readonly call: Call; readonly verb: string },
): Promise<void> {
  const { call, verb } = of;
  const { uid } = await call.peer.credentials();
  if (uid === 0 || uid === view.caller.uid) return;
  const question = questionOf(view.request, { call, commandLine: view.caller.commandLine });
  await gate.check({ ...question, what: `${verb} ${view.title}` });
}

function questionOf(request: Request, of: { readonly call: Call; readonly commandLine: string | null }): Question {
  const { actions, title } = operationOf(request);
  return {
    peer: of.call.peer,
    actions,
    what: title,
    details: {
      // computed from the request: the command line is only what the client says
      summary: title,
      operation: request.kind,
      stateroot: request.stateroot,
      packages: packagesOf(request).join(' '),
      'command-line': of.commandLine ?? title,
    },
    interactive: of.call.interactive,
  };
}

function packagesOf(request: Request): readonly string[] {
  return 'add' in request ? [...request.add, ...request.local, ...request.remove] : [];
}
