// The list of requests in an origin, and how install and uninstall change it; the rules are rpm-ostree's.

import { AptOstreeError } from '../model/errors.js';
import { formatLocal, type LocalPackage, parseLocal } from '../model/package.js';
import type { PackageRequest } from '../model/request.js';
import { fullName, type InstalledPackage, providerOf } from './dpkg-status.js';

export interface RequestList {
  readonly requested: readonly string[];
  /** `SHA256:NAME_VERSION_ARCH`. */
  readonly requestedLocal: readonly string[];
}

export interface ListChange {
  readonly current: RequestList;
  readonly request: PackageRequest;
  /** The request's local packages, imported. */
  readonly local: readonly LocalPackage[];
  /** What the base has. */
  readonly base: readonly InstalledPackage[];
}

/** @throws already-requested, already-provided, not-requested */
export function changeList(change: ListChange): RequestList {
  const kept = change.request.removeAll ? EMPTY : withoutRemoved(change);
  return withLocal(withAdded(kept, change), change);
}

const EMPTY: RequestList = { requested: [], requestedLocal: [] };

function withoutRemoved({ current, request }: ListChange): RequestList {
  let list = current;
  const unknown: string[] = [];
  for (const text of request.remove) {
    const rest = without(list, text);
    if (rest === null) unknown.push(text);
    else list = rest;
  }
  if (unknown.length > 0 && !request.idempotent)
    throw new AptOstreeError('not-requested', `cannot uninstall ${unknown.join(', ')}: not currently requested`);
  return list;
}

/** By the exact request, else a local package by NAME_VERSION_ARCH or name; null when nothing matches. */
function without({ requested, requestedLocal }: RequestList, text: string): RequestList | null {
  if (requested.includes(text)) return { requested: requested.filter((each) => each !== text), requestedLocal };
  const matches = (each: string) => {
    const local = parseLocal(each);
    return each === text || fullName(local) === text || local.name === text;
  };
  if (!requestedLocal.some(matches)) return null;
  return { requested, requestedLocal: requestedLocal.filter((each) => !matches(each)) };
}

function withAdded(list: RequestList, { request, base }: ListChange): RequestList {
  const repeated = request.add.filter((each) => list.requested.includes(each));
  if (repeated.length > 0 && !request.idempotent)
    throw new AptOstreeError('already-requested', `cannot install ${repeated.join(', ')}: already requested`);
  const added = [...new Set(request.add)].filter((each) => !list.requested.includes(each));
  const provided = added.flatMap((each) => {
    const provider = providerOf(each, base);
    return provider === null ? [] : [{ request: each, provider: fullName(provider) }];
  });
  if (provided.length > 0 && !request.allowInactive && !request.idempotent) refuseProvided(provided);
  // "do nothing if it is there already": an idempotent request leaves no trace
  const skipped = request.allowInactive ? [] : provided.map((each) => each.request);
  return { ...list, requested: [...list.requested, ...added.filter((each) => !skipped.includes(each))] };
}

function refuseProvided(provided: readonly { readonly request: string; readonly provider: string }[]): never {
  const names = provided.map((each) => each.request).join(', ');
  const providers = [...new Set(provided.map((each) => each.provider))].join(', ');
  throw new AptOstreeError(
    'already-provided',
    `cannot install ${names}: already provided by ${providers}; use --allow-inactive to explicitly require it`,
  );
}

/** A local package takes the place of an older one of the same name. */
function withLocal(list: RequestList, { request, local }: ListChange): RequestList {
  let { requestedLocal } = list;
  for (const each of local) {
    const text = formatLocal(each);
    if (requestedLocal.includes(text)) {
      if (request.idempotent) continue;
      throw new AptOstreeError('already-requested', `cannot install ${fullName(each)}: already requested`);
    }
    requestedLocal = [...requestedLocal.filter((other) => !isSamePackage(parseLocal(other), each)), text];
  }
  return { ...list, requestedLocal };
}

function isSamePackage(one: LocalPackage, other: LocalPackage): boolean {
  return one.name === other.name && one.architecture === other.architecture;
}
