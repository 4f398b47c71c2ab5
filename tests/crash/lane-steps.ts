// The steps that the matrix has to crash: all but those of operations that only a running system can do.

import { operationOf } from '../../src/model/operations.js';
import { STEPS, type StepKind } from '../../src/model/steps.js';
import { REQUESTS } from '../model/requests.js';
import { ON_A_MACHINE } from './scenarios.js';

const ELSEWHERE = new Set(
  REQUESTS.filter(({ kind }) => ON_A_MACHINE.includes(kind)).flatMap((each) => operationOf(each).plan),
);

export const LANE_STEPS = (Object.keys(STEPS) as readonly StepKind[]).filter((kind) => !ELSEWHERE.has(kind));
