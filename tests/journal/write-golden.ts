// Writes the golden journals of the newest format: run once, after the migration that made it is final.
// node build/tests/journal/write-golden.js [FORMAT…]

import { formats, writeGolden } from './golden-file.js';

const wanted = process.argv.slice(2);
for (const format of wanted.length > 0 ? wanted : formats().slice(-1)) await writeGolden(format);
process.exit();
