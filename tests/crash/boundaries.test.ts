// Every operation, and at every boundary of it everybody who can die there in a case of its own; then, at every boundary of
// each recovery, a second death, of daemon and executor by turns. CRASH_DEPTH=full lets everybody die the second time, too:
// as many cases again several times over.

import { testCrashes } from './crash-tests.js';
import { SCENARIOS } from './scenarios.js';

testCrashes(SCENARIOS, { first: 'everybody', second: 'taking turns' });
