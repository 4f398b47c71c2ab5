// Properties of a transaction, read back into values.

import type { VarDict } from '../dbus/wire/value.js';
import { isStepKind } from '../model/steps.js';
import { type BootOutcome, type TransactionState, transactionId } from '../model/transaction.js';
import type { TransactionProperties, TransactionReport } from './client.js';
import { codeOf } from './remote-error.js';
import { numberProperty, textProperty, unreadable } from './values.js';

const STATES: readonly string[] = [
  'Created',
  'InProgress',
  'Committed',
  'Failed',
  'RolledBack',
  'Cancelled',
] satisfies TransactionState[];

const BOOTED: readonly string[] = ['pending', 'booted-it', 'booted-another', 'superseded', 'lost'] satisfies (
  | 'pending'
  | BootOutcome
)[];

/** @throws internal when the daemon speaks another language */
export function transactionProperties(values: VarDict): TransactionProperties {
  const step = textProperty(values, 'Step');
  const errorName = textProperty(values, 'ErrorName');
  const unchanged = textProperty(values, 'Unchanged');
  return {
    id: transactionId(textProperty(values, 'Id')),
    title: textProperty(values, 'Title'),
    initiatingClient: textProperty(values, 'InitiatingClientDescription'),
    state: stateOf(textProperty(values, 'State')),
    step: isStepKind(step) ? step : null,
    stepIndex: numberProperty(values, 'StepIndex'),
    stepCount: numberProperty(values, 'StepCount'),
    progressPercent: numberProperty(values, 'Progress'),
    booted: bootedOf(textProperty(values, 'Booted')),
    errorCode: errorName === '' ? null : codeOf(errorName),
    errorMessage: textProperty(values, 'ErrorMessage'),
    unchanged: unchanged === '' ? null : unchanged,
    report: reportOf(textProperty(values, 'Report')),
  };
}

function stateOf(text: string): TransactionState {
  if (!STATES.includes(text)) throw unreadable('State');
  return text as TransactionState;
}

function bootedOf(text: string): TransactionProperties['booted'] {
  if (text === '') return null;
  if (!BOOTED.includes(text)) throw unreadable('Booted');
  return text as TransactionProperties['booted'];
}

/** The daemon's own facts, as JSON of the type they have there. */
function reportOf(text: string): TransactionReport {
  const report: unknown = JSON.parse(text);
  if (typeof report !== 'object' || report === null) throw unreadable('Report');
  return report as TransactionReport;
}
