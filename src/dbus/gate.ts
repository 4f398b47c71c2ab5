// Whether a caller may do what it asks: polkit on the bus; on a private connection only those may connect who may do all.

import type { Authorization } from '../model/caller.js';
import { AptOstreeError } from '../model/errors.js';
import { type Action, actionId } from '../model/operations.js';
import { type BusConnection, BusError } from './bus-connection.js';
import type { Peer } from './peer.js';
import { message } from './wire/message.js';
import { Variant, type WireValue } from './wire/value.js';

export interface Question {
  readonly peer: Peer;
  readonly actions: readonly Action[];
  /** What is to be done, for the refusal: `install htop`. */
  readonly what: string;
  /** Shown and judged by polkit's rules and agents. */
  readonly details: Readonly<Record<string, string>>;
  readonly interactive: boolean;
}

export interface Gate {
  /** Every action is needed; the first refusal ends it. @throws not-authorized */
  check(question: Question): Promise<readonly Authorization[]>;
}

/** For private sockets. */
export const PEER_GATE: Gate = {
  check: async ({ actions }) => actions.map((action) => ({ action: actionId(action), answer: 'peer' as const })),
};

/** Asks polkit about the caller's own bus name; root is not asked, so it works where polkit does not. */
export function polkitGate(bus: BusConnection): Gate {
  return {
    check: async (question) => {
      const { uid } = await question.peer.credentials();
      const authorizations: Authorization[] = [];
      for (const action of question.actions) {
        if (uid !== 0) await askPolkit(bus, question, action);
        authorizations.push({ action: actionId(action), answer: uid === 0 ? 'root' : 'authorized' });
      }
      return authorizations;
    },
  };
}

async function askPolkit(bus: BusConnection, question: Question, action: Action): Promise<void> {
  const [authorized, challenge] = await checkAuthorization(bus, question, action);
  if (authorized === true) return;
  const why = challenge === true ? 'needs authentication for' : 'is not authorized for';
  throw refused(question, `the caller ${why} ${actionId(action)}`);
}

/** polkit's `(bba{ss})`. */
async function checkAuthorization(
  bus: BusConnection,
  question: Question,
  action: Action,
): Promise<readonly WireValue[]> {
  const ALLOW_USER_INTERACTION = 1;
  const subject = ['system-bus-name', new Map([['name', new Variant('s', question.peer.sender)]])];
  const flags = question.interactive ? ALLOW_USER_INTERACTION : 0;
  const call = message({
    type: 'call',
    destination: 'org.freedesktop.PolicyKit1',
    path: '/org/freedesktop/PolicyKit1/Authority',
    interface: 'org.freedesktop.PolicyKit1.Authority',
    member: 'CheckAuthorization',
    signature: '(sa{sv})sa{ss}us',
    body: [subject, actionId(action), new Map(Object.entries(question.details)), flags, ''],
  });
  const reply = await bus.call(call).catch((error: unknown) => {
    throw refused(question, `cannot ask polkit about ${actionId(action)}`, error);
  });
  const [result] = reply.body;
  return Array.isArray(result) ? result : [];
}

function refused(question: Question, why: string, cause?: unknown): AptOstreeError {
  const because = cause instanceof BusError ? ` (${cause.message})` : '';
  return new AptOstreeError('not-authorized', `cannot ${question.what}: ${why}${because}`, { cause });
}
