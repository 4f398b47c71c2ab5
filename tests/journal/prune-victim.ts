// Prunes all but the last transaction of the journal that its argument names, to be killed meanwhile.

import { eventFor, idOf, openJournal } from './journal-fixture.js';

const journal = openJournal(process.argv[2] ?? '');
const found = journal.prunable({ keep: 1, sinceMs: null, needed: [] });
process.stdout.write('begins\n');
if (found !== null) {
  const payload = { ...found, commandLine: null };
  journal.prune(eventFor(idOf(0), { type: 'PRUNED', payload }), found);
  journal.shrink();
  process.stdout.write('ends\n');
}
setTimeout(() => undefined, 10_000);
