// What rounds came to, in one line.

import type { Played } from './arena.js';

export class Tally {
  readonly #kills = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  readonly #failures: string[] = [];
  #lives = 0;
  #rounds = 0;

  get rounds(): number {
    return this.#rounds;
  }

  add({ story, end, failures }: Played): void {
    this.#rounds += 1;
    this.#lives += story?.lives ?? 0;
    for (const line of story?.trace ?? []) if (line.type === 'struck') increase(this.#kills, line.victim);
    increase(this.#ends, end);
    this.addFailures(failures);
  }

  addFailures(failures: readonly string[]): void {
    this.#failures.push(...failures);
  }

  get failures(): readonly string[] {
    return this.#failures;
  }

  get kills(): number {
    return [...this.#kills.values()].reduce((sum, each) => sum + each, 0);
  }

  text(): string {
    const parts = [
      `${this.#rounds} rounds`,
      `${this.kills} kills (${listed(this.#kills)})`,
      `${this.#lives} lives of the daemon`,
      `ends: ${listed(this.#ends)}`,
      `${this.#failures.length} failures`,
    ];
    return parts.join(', ');
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
