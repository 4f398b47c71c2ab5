// Runs the command line in this process against a scripted client.

import { Readable, Writable } from 'node:stream';
import type { CliContext } from '../../src/cli/context.js';
import { run } from '../../src/cli/run.js';
import { recordedTerminal } from './recorded-terminal.js';
import { type Script, scriptedClient } from './scripted-client.js';

export async function runCli(
  argv: readonly string[],
  script: Script = {},
  options: Partial<Pick<CliContext, 'interrupts' | 'env' | 'outputClosed'>> = {},
) {
  const { asked, connect } = scriptedClient(script);
  const [terminal, errors] = [recordedTerminal({ isTTY: false }), recordedTerminal({ isTTY: false })];
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const context: CliContext = {
    env: {},
    stdin: Readable.from([]),
    stdout: nowhere(),
    stderr: nowhere(),
    colorDepth: 1,
    terminal,
    errors,
    interrupts: { subscribe: () => () => {} },
    outputClosed: new AbortController().signal,
    now: () => Date.UTC(2026, 10, 23, 12),
    argv,
    programs: '/nonexistent',
    connect,
    ...options,
  };
  const status = await run(context);
  return { status, out: terminal.text(), err: errors.text(), asked };
}
