// In which order dpkg gets the archives: everything at once, but what a Pre-Depends names is configured before.

import { parseRelations } from './relations.js';

export interface Archive {
  readonly name: string;
  readonly architecture: string;
  readonly file: string;
  readonly preDepends: string | undefined;
  readonly depends: string | undefined;
  readonly provides: string | undefined;
}

/** Batches to unpack and configure one after the other; only the last may leave triggers and configuring to the end. */
export function batchArchives(archives: readonly Archive[]): readonly (readonly Archive[])[] {
  const order = new PreDependsOrder(archives);
  for (const archive of archives) order.satisfyPreDepends(archive);
  const rest = archives.filter((each) => !order.placed.has(each));
  return rest.length === 0 ? order.batches : [...order.batches, rest];
}

/** Walks Pre-Depends depth first; a cycle, which Policy forbids, ends where it closes. */
class PreDependsOrder {
  readonly batches: Archive[][] = [];
  readonly placed = new Set<Archive>();
  private readonly visiting = new Set<Archive>();
  private readonly byName = new Map<string, Archive[]>();

  constructor(archives: readonly Archive[]) {
    for (const archive of archives)
      for (const name of [archive.name, ...provided(archive)])
        this.byName.set(name, [...(this.byName.get(name) ?? []), archive]);
  }

  satisfyPreDepends(archive: Archive): void {
    if (this.visiting.has(archive)) return;
    this.visiting.add(archive);
    for (const target of this.targets(archive.preDepends)) this.place(target);
  }

  /** A package is configured together with all it depends on. */
  private place(target: Archive): void {
    if (this.placed.has(target)) return;
    const closure = this.closure(target);
    for (const each of closure) this.satisfyPreDepends(each);
    const batch = closure.filter((each) => !this.placed.has(each));
    for (const each of batch) this.placed.add(each);
    if (batch.length > 0) this.batches.push(batch);
  }

  private closure(target: Archive): readonly Archive[] {
    const found = new Set<Archive>([target]);
    // a Set may grow while it is walked
    for (const each of found)
      for (const next of [...this.targets(each.depends), ...this.targets(each.preDepends)]) found.add(next);
    return [...found];
  }

  /** Archives of this run that a field names; what only the base has needs nothing. */
  private targets(field: string | undefined): readonly Archive[] {
    return parseRelations(field).flatMap((group) => group.flatMap((each) => this.byName.get(each.name) ?? []));
  }
}

function provided(archive: Archive): readonly string[] {
  return parseRelations(archive.provides).flatMap((group) => group.map((each) => each.name));
}
