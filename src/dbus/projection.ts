// What the engine shows, as objects on the bus. Pure.

import type { Deployment, Stateroot } from '../model/deployment.js';
import { rollbackOf } from '../model/deployment.js';
import { ERRORS, type Failure } from '../model/errors.js';
import type { FactName, SomeFacts } from '../model/facts.js';
import type { EngineSnapshot, TransactionId, TransactionView } from '../model/transaction.js';
import { deploymentDicts } from './deployment-dict.js';
import { JOURNAL_INTERFACE, OS_INTERFACE, SYSROOT_INTERFACE, TRANSACTION_INTERFACE } from './members.js';
import { JOURNAL_PATH, osPath, PEER_TRANSACTION_PATH, SYSROOT_PATH, transactionPath } from './names.js';
import { type Objects, type ServedObject, servedInterface } from './objects.js';
import type { VarDict } from './wire/value.js';

/** What is shown beside the snapshot. */
export interface Surroundings {
  /** Address of a transaction's private socket; empty where it has none. */
  readonly addressOf: (id: TransactionId) => string;
  readonly percentOf: (id: TransactionId) => number;
}

/** The whole tree. */
export function projectEngine(snapshot: EngineSnapshot, around: Surroundings): Objects {
  const dicts = cachedDicts(snapshot.deployments);
  const osObjects = stateroots(snapshot.deployments).map((name): [string, ServedObject] => [
    osPath(name),
    osObject({ name, deployments: snapshot.deployments, dicts }),
  ]);
  const transactions = transactionsOf(snapshot).map((view): [string, ServedObject] => [
    transactionPath(view.id),
    transactionObject(view, around),
  ]);
  return new Map([
    [SYSROOT_PATH, sysrootObject(snapshot, dicts, around)],
    [JOURNAL_PATH, new Map([servedInterface(JOURNAL_INTERFACE, {})])],
    ...osObjects.reverse(), // of two names with the same path the first in boot order is served
    ...transactions,
  ]);
}

/** One transaction, as its private socket shows it. */
export function projectTransaction(view: TransactionView, around: Surroundings): Objects {
  return new Map([[PEER_TRANSACTION_PATH, transactionObject(view, around)]]);
}

/** Active and recent ones, each once. */
export function transactionsOf(snapshot: EngineSnapshot): readonly TransactionView[] {
  const views = snapshot.active === null ? snapshot.recent : [snapshot.active, ...snapshot.recent];
  return [...new Map(views.map((view) => [view.id, view])).values()];
}

/** The error of an ended transaction, or null when it did what was asked. */
export function failureOfView(view: TransactionView): Failure | null {
  if (view.failure !== null) return view.failure;
  if (view.state === 'Cancelled') return { code: 'cancelled', message: `cannot finish ${view.title}: cancelled` };
  if (view.state === 'Failed' || view.state === 'RolledBack')
    return { code: 'internal', message: `internal error: ${view.title} ended without a reason` };
  return null;
}

function sysrootObject(snapshot: EngineSnapshot, dicts: readonly VarDict[], around: Surroundings): ServedObject {
  const { active, deployments } = snapshot;
  const booted = deployments.find((each) => each.booted);
  return new Map([
    servedInterface(SYSROOT_INTERFACE, {
      Booted: booted === undefined ? '/' : osPath(booted.stateroot),
      Path: snapshot.sysroot,
      ActiveTransaction:
        active === null ? ['', '', ''] : [active.method, active.caller.sender, transactionPath(active.id)],
      ActiveTransactionPath: active === null ? '' : around.addressOf(active.id),
      Deployments: dicts,
      AutomaticUpdatePolicy: 'none',
    }),
  ]);
}

function osObject(of: {
  readonly name: Stateroot;
  readonly deployments: readonly Deployment[];
  readonly dicts: readonly VarDict[];
}): ServedObject {
  const { name, deployments, dicts } = of;
  const dictOf = (deployment: Deployment | null | undefined): VarDict =>
    (deployment ? dicts[deployments.indexOf(deployment)] : undefined) ?? new Map();
  const ours = deployments.filter((each) => each.stateroot === name);
  return new Map([
    servedInterface(OS_INTERFACE, {
      BootedDeployment: dictOf(ours.find((each) => each.booted)),
      DefaultDeployment: dictOf(ours[0]),
      RollbackDeployment: dictOf(rollbackOf(deployments, name)),
      CachedUpdate: new Map(),
      HasCachedUpdateAptDiff: false,
      Name: name,
    }),
  ]);
}

/** Nothing changes any more about a transaction that has ended, and twenty of them are shown. */
const ended = new WeakMap<TransactionView, ServedObject>();

function transactionObject(view: TransactionView, around: Surroundings): ServedObject {
  const known = ended.get(view);
  if (known !== undefined) return known;
  const served = servedTransaction(view, around);
  // a last figure of progress may still be forgotten
  if (view.final && around.percentOf(view.id) === 0) ended.set(view, served);
  return served;
}

function servedTransaction(view: TransactionView, around: Surroundings): ServedObject {
  const failure = view.final ? failureOfView(view) : view.failure;
  return new Map([
    servedInterface(TRANSACTION_INTERFACE, {
      Title: view.title,
      InitiatingClientDescription: callerDescription(view),
      Id: view.id,
      State: view.state,
      Step: view.step ?? '',
      StepIndex: view.stepIndex,
      StepCount: view.stepCount,
      Progress: around.percentOf(view.id),
      Booted: view.booted ?? '',
      ErrorName: failure === null ? '' : ERRORS[failure.code].dbus,
      ErrorMessage: failure?.message ?? '',
      Unchanged: view.unchanged ?? '',
      Report: report(view.facts),
    }),
  ]);
}

/** As rpm-ostree words it. */
function callerDescription({ caller }: TransactionView): string {
  return `client(id:${caller.client} dbus:${caller.sender} uid:${caller.uid})`;
}

const REPORTED: readonly FactName[] = [
  'revision',
  'update',
  'baseUpgrade',
  'refreshed',
  'resolution',
  'fetched',
  'impact',
  'commit',
  'deployment',
  'order',
  'removed',
  'pruned',
];

/** Many transactions can stand in one message; the one long fact is left out then. */
const MAX_REPORT = 512 * 1024;

/** Facts are made once per event and resolutions are long, so the text is kept with them. */
const reports = new WeakMap<SomeFacts, string>();

function report(facts: SomeFacts): string {
  const known = reports.get(facts);
  if (known !== undefined) return known;
  const whole = reportOf(facts, REPORTED);
  const text =
    whole.length <= MAX_REPORT
      ? whole
      : reportOf(
          facts,
          REPORTED.filter((name) => name !== 'resolution' && name !== 'baseUpgrade'),
        );
  reports.set(facts, text);
  return text;
}

function reportOf(facts: SomeFacts, names: readonly FactName[]): string {
  return JSON.stringify(Object.fromEntries(names.filter((name) => name in facts).map((name) => [name, facts[name]])));
}

const dictsByDeployments = new WeakMap<readonly Deployment[], readonly VarDict[]>();

/** Deployments change rarely and snapshots often. */
function cachedDicts(deployments: readonly Deployment[]): readonly VarDict[] {
  const known = dictsByDeployments.get(deployments);
  if (known !== undefined) return known;
  const dicts = deploymentDicts(deployments);
  dictsByDeployments.set(deployments, dicts);
  return dicts;
}

function stateroots(deployments: readonly Deployment[]): readonly Stateroot[] {
  return [...new Set(deployments.map((each) => each.stateroot))];
}
