// Payloads of rows as what the machine takes: a journal may have been damaged, or edited by somebody who could.

import type { EventRow } from '../journal/rows.js';
import { AptOstreeError, type ErrorCode, isErrorCode } from '../model/errors.js';
import { OPERATIONS } from '../model/operations.js';
import { parseRequest } from '../model/request.js';
import { isStepKind } from '../model/steps.js';
import type { Opening, TransactionEvent } from '../model/transaction.js';

/** @throws journal-broken */
export function openingOfRow(row: EventRow): Opening {
  const from = members(row, row.payload);
  const caller = members(row, from['caller']);
  const plan = list(row, from['plan']).map((each) => members(row, each));
  const texts = [from['title'], from['method'], from['bootId'], caller['sender'], caller['client']];
  const whole =
    from['id'] === row.transaction &&
    texts.every((each) => typeof each === 'string') &&
    [from['openedAtMs'], caller['uid'], caller['pid']].every((each) => Number.isSafeInteger(each)) &&
    list(row, from['authorizations']).every((each) => typeof each === 'object' && each !== null) &&
    plan.every(({ kind }) => typeof kind === 'string' && isStepKind(kind));
  if (!whole) throw malformed(row);
  // newer code may know more of a request; what ours knows of it has to be right
  parseRequest(from['request']);
  return from as unknown as Opening;
}

/** An operation that this program does not know: a rollback boots older code over a newer journal (J12). */
export function isOfNewerProgram(opened: EventRow): boolean {
  const { request, plan } = members(opened, opened.payload);
  const { kind } = members(opened, request);
  const steps = list(opened, plan).map((each) => members(opened, each)['kind']);
  const isKnown = typeof kind === 'string' && Object.hasOwn(OPERATIONS, kind);
  return !isKnown || steps.some((step) => typeof step === 'string' && !isStepKind(step));
}

/** @throws journal-broken */
export function eventOfRow(row: EventRow): TransactionEvent {
  const payload = members(row, row.payload);
  const { gave, failure } = payload;
  if (gave !== undefined) members(row, gave);
  const event = { ...payload, type: row.type, ...(failure === undefined ? {} : { failure: failureIn(row, failure) }) };
  return event as TransactionEvent;
}

/** A newer program's code, unknown here, is told as ours of the same effect: the message says the rest. */
function failureIn(row: EventRow, value: unknown) {
  const { code, message, transient } = members(row, value);
  if (typeof code !== 'string' || typeof message !== 'string') throw malformed(row);
  const known: ErrorCode = isErrorCode(code) ? code : 'internal';
  return { code: known, message, ...(transient === true ? { transient } : {}) };
}

function members(row: EventRow, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(row);
  return value as Readonly<Record<string, unknown>>;
}

function list(row: EventRow, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(row);
  return value;
}

function malformed({ seq, type }: EventRow): AptOstreeError {
  return new AptOstreeError('journal-broken', `cannot read the journal at row ${seq}: no ${type} looks like this`);
}
