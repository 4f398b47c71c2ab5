// Filters as SQL: the audit questions that can be asked of the journal.

import type { EventFilter, HistoryFilter } from './rows.js';
import { EVENT_COLUMNS } from './stored-event.js';

export interface Query {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string | number>>;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

/** Conditions on `history` rows, newest transaction first. */
export function historyQuery(filter: HistoryFilter): Query {
  const { where, parameters } = historyConditions(filter);
  return {
    sql: `SELECT * FROM history ${whereClause(where)} ORDER BY opened_at_ms DESC, id DESC LIMIT @limit`,
    parameters: { ...parameters, limit: limitOf(filter) },
  };
}

/** Rows of `event`; conditions on the transaction go through `history`. */
export function eventQuery(filter: EventFilter): Query {
  const { where: historyWhere, parameters } = historyConditions({ ...filter, sinceMs: undefined, untilMs: undefined });
  const where = [
    ...(filter.transaction === undefined ? [] : ['transaction_id = @transaction']),
    ...(filter.afterSeq === undefined ? [] : ['seq > @afterSeq']),
    ...(filter.sinceMs === undefined ? [] : ['wall_time_ms >= @sinceMs']),
    ...(filter.untilMs === undefined ? [] : ['wall_time_ms <= @untilMs']),
    ...(historyWhere.length === 0 ? [] : [`transaction_id IN (SELECT id FROM history ${whereClause(historyWhere)})`]),
  ];
  const order = filter.newestFirst === true ? 'DESC' : 'ASC';
  return {
    sql: `SELECT ${EVENT_COLUMNS.join(', ')} FROM event ${whereClause(where)} ORDER BY seq ${order} LIMIT @limit`,
    parameters: {
      ...parameters,
      ...given('transaction', filter.transaction),
      ...given('afterSeq', filter.afterSeq),
      ...given('sinceMs', filter.sinceMs),
      ...given('untilMs', filter.untilMs),
      limit: limitOf(filter),
    },
  };
}

type Loose<Type> = { readonly [Name in keyof Type]?: Type[Name] | undefined };

function historyConditions(filter: Loose<HistoryFilter>) {
  const where = [
    ...(filter.sinceMs === undefined ? [] : ['opened_at_ms >= @sinceMs']),
    ...(filter.untilMs === undefined ? [] : ['opened_at_ms <= @untilMs']),
    ...(filter.uid === undefined ? [] : ['uid = @uid']),
    ...(filter.kind === undefined ? [] : ['kind = @kind']),
    ...(filter.outcome === undefined ? [] : ['state = @outcome COLLATE NOCASE']),
    ...(filter.package === undefined
      ? []
      : ['id IN (SELECT history_package.id FROM history_package WHERE history_package.package = @package)']),
  ];
  const parameters = {
    ...given('sinceMs', filter.sinceMs),
    ...given('untilMs', filter.untilMs),
    ...given('uid', filter.uid),
    ...given('kind', filter.kind),
    ...given('outcome', filter.outcome),
    ...given('package', filter.package),
  };
  return { where, parameters };
}

function given(name: string, value: string | number | undefined): Readonly<Record<string, string | number>> {
  return value === undefined ? {} : { [name]: value };
}

function whereClause(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function limitOf({ limit }: HistoryFilter): number {
  return Math.max(1, Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT));
}
