// A few cutters side by side, each in its own process, sharing the flushes of an operation.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CutterOptions } from './cutter.js';
import type { CutterAnswer, CutterMessage } from './cutter-process.js';
import { EMPTY_REPORT, type Report, sumOf } from './report.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'cutter-process.js');

export class Cutters {
  readonly #children: readonly ChildProcess[];

  static async open(count: number, options: Omit<CutterOptions, 'share'>): Promise<Cutters> {
    const children = Array.from({ length: count }, () => fork(PROGRAM));
    const cutters = new Cutters(children);
    await Promise.all(
      children.map((child, index) => {
        const directory = join(options.directory, `cutter-${index}`);
        return ask(child, { type: 'open', options: { ...options, directory, share: { index, of: count } } });
      }),
    );
    return cutters;
  }

  private constructor(children: readonly ChildProcess[]) {
    this.#children = children;
  }

  async cutAll(operation: number): Promise<Report> {
    return sumOf(await Promise.all(this.#children.map((child) => ask(child, { type: 'cut', operation }))));
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      await ask(child, { type: 'close' });
      child.disconnect();
    }
  }
}

async function ask(child: ChildProcess, message: CutterMessage): Promise<Report> {
  const settled = new AbortController();
  const { signal } = settled;
  const answered = once(child, 'message', { signal }) as Promise<[CutterAnswer]>;
  const gone = once(child, 'exit', { signal }).then(([status, killedBy]) => {
    throw new Error(`a cutter ended with ${killedBy ?? status}`);
  });
  child.send(message);
  try {
    const [answer] = await Promise.race([answered, gone]);
    if (answer.type === 'failed') throw new Error(answer.reason);
    return answer.report ?? EMPTY_REPORT;
  } finally {
    settled.abort();
    await Promise.allSettled([answered, gone]);
  }
}
