// The first row of a transaction: everything it will ever be decided from.

import { operationOf } from '../model/operations.js';
import { type Opening, planSteps } from '../model/transaction.js';
import type { Submission } from './engine.js';
import type { EngineOptions } from './engine-options.js';

export function openingOf(
  { request, caller, authorizations }: Submission,
  { newId, now, bootId }: Pick<EngineOptions, 'newId' | 'now' | 'bootId'>,
): Opening {
  const { method, plan, title } = operationOf(request);
  return {
    id: newId(),
    request,
    plan: planSteps(plan),
    title: caller.commandLine ?? title,
    method,
    caller,
    authorizations,
    bootId,
    openedAtMs: now(),
  };
}
