// The executor's entry: takes commands from the daemon over IPC, one at a time, and dies with it.

import { failureOf } from '../model/errors.js';
import type { ExecutorAnswer, ExecutorCommand } from '../model/ipc.js';
import { ExecutorSession } from './session.js';

const send = (answer: ExecutorAnswer) => {
  // the daemon is gone: so is the reason to live
  process.send?.(answer, undefined, undefined, (error: Error | null) => {
    if (error !== null) process.exit(1);
  });
};

let session: ExecutorSession | null = null;

process.on('disconnect', () => process.exit(0));
process.on('message', (command: ExecutorCommand) => void obey(command));
send({ type: 'ready' });

async function obey(command: ExecutorCommand): Promise<void> {
  if (command.type === 'task') {
    session = new ExecutorSession(command.task, (progress) => send({ type: 'progress', progress }));
    return;
  }
  if (session === null) return send({ type: 'failed', failure: failureOf(new Error('a command before the task')) });
  if (command.type === 'abort') return session.abort();
  try {
    send(await session.obey(command));
  } catch (error) {
    send({ type: 'failed', failure: failureOf(error) });
  }
}
