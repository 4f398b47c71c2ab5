// The fast slice of what goes wrong at system calls: those of a rollback, and of the row that says it was done.

import { testSystemCalls } from '../crash/crash-tests.js';
import { scenarioOf } from '../crash/scenarios.js';

testSystemCalls([scenarioOf('rollback')], (work) => /^(perform deployments.reorder|journal STEP_DONE 1)/.test(work));
