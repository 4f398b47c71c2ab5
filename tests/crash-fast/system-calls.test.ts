// The fast slice of what goes wrong at system calls: those of a rollback, and the rows that tell of it.

import { testSystemCalls } from '../crash/crash-tests.js';
import { scenarioOf } from '../crash/scenarios.js';

testSystemCalls([scenarioOf('rollback')], (work) => /^(perform|journal STEP_DONE)/.test(work));
