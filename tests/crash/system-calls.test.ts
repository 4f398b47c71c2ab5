// Every step, undo, tidy-up and row, and in each of them deaths and errors at the system calls that change the disk or make
// it last, of daemon, executor and the programs that this runs.

import { testSystemCalls } from './crash-tests.js';
import { SCENARIOS } from './scenarios.js';

testSystemCalls(SCENARIOS.filter(({ cancelAt }) => cancelAt === undefined));
