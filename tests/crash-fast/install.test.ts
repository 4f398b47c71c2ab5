// The fast slice of the crash matrix: an install, one death at each of its boundaries, of daemon and executor by turns.

import { testCrashes } from '../crash/crash-tests.js';
import { scenarioOf } from '../crash/scenarios.js';

testCrashes([scenarioOf('install')], { first: 'taking turns', second: 'nobody' });
