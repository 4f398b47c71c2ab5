// The executor's work loop: takes commands from the daemon over IPC, one at a time, and dies with it.

import { failureOf } from '../model/errors.js';
import type { ExecutorAnswer, ExecutorCommand } from '../model/ipc.js';
import type { Progress } from '../model/progress.js';
import { type Abilities, ExecutorSession } from './session.js';

export function runExecutor(abilities: Abilities): void {
  let session: ExecutorSession | null = null;
  const obey = async (command: ExecutorCommand): Promise<void> => {
    if (command.type === 'task') {
      const report = (progress: Progress) => send({ type: 'progress', progress });
      session = new ExecutorSession({ task: command.task, abilities, report });
      return;
    }
    if (session === null) return send({ type: 'failed', failure: failureOf(new Error('a command before the task')) });
    if (command.type === 'abort') return session.abort();
    try {
      send(await session.obey(command));
    } catch (error) {
      send({ type: 'failed', failure: failureOf(error) });
    }
  };
  process.on('disconnect', () => process.exit(0));
  process.on('message', (command: ExecutorCommand) => void obey(command));
  send({ type: 'ready' });
}

function send(answer: ExecutorAnswer): void {
  // the daemon is gone: so is the reason to live
  process.send?.(answer, undefined, undefined, (error: Error | null) => {
    if (error !== null) process.exit(1);
  });
}
