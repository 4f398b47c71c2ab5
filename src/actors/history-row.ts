// A transaction in one line, for the journal's derived table: pure projection of its view.

import type { HistoryRow } from '../journal/rows.js';
import type { Request } from '../model/request.js';
import type { TransactionView } from '../model/transaction.js';

export function historyRow(
  view: TransactionView,
  span: { readonly firstSeq: number; readonly lastSeq: number; readonly endedAtMs: number | null },
): HistoryRow {
  return {
    id: view.id,
    kind: view.request.kind,
    title: view.title,
    state: view.state,
    unchanged: view.unchanged !== null,
    booted: view.booted,
    failure: view.failure?.message ?? null,
    uid: view.caller.uid,
    client: view.caller.client,
    openedAtMs: view.openedAtMs,
    endedAtMs: span.endedAtMs,
    packages: packagesOf(view),
    deployment: view.state === 'Committed' ? (view.facts.deployment?.id ?? null) : null,
    firstSeq: span.firstSeq,
    lastSeq: span.lastSeq,
  };
}

/** Names asked for and names that came with them, once each. */
function packagesOf({ request, facts }: TransactionView): readonly string[] {
  const resolved = facts.resolution?.packages.map(({ name }) => name) ?? [];
  return [...new Set([...requestedPackages(request), ...resolved])].sort();
}

function requestedPackages(request: Request): readonly string[] {
  return request.kind === 'install' || request.kind === 'uninstall' ? [...request.add, ...request.remove] : [];
}
