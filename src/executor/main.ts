// Entry point of the executor: the work loop with every step there is.

import { STEP_HANDLERS } from './handlers.js';
import { runExecutor } from './run.js';
import { tidy } from './tidy.js';

runExecutor({ handlers: STEP_HANDLERS, tidy });
