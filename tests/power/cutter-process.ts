// A cutter in a process of its own: what it calls of libostree and SQLite keeps a whole processor busy.

import { Cutter, type CutterOptions } from './cutter.js';
import type { Report } from './report.js';

export type CutterMessage =
  | { readonly type: 'open'; readonly options: CutterOptions }
  | { readonly type: 'cut'; readonly operation: number }
  | { readonly type: 'close' };

export type CutterAnswer =
  | { readonly type: 'done'; readonly report: Report | null }
  | { readonly type: 'failed'; readonly reason: string };

let cutter: Cutter | null = null;

process.on('message', (message: CutterMessage) => {
  obey(message).then(
    (report) => answer({ type: 'done', report }),
    (error: unknown) =>
      answer({ type: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

async function obey(message: CutterMessage): Promise<Report | null> {
  switch (message.type) {
    case 'open':
      cutter = await Cutter.open(message.options);
      return null;
    case 'cut':
      return (await cutter?.cutAll(message.operation)) ?? null;
    case 'close':
      await cutter?.close();
      return null;
  }
}

function answer(message: CutterAnswer): void {
  process.send?.(message);
}
