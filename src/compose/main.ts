// apt-ostree-compose: makes trees, sysroots and disk files, with no daemon and no journal; run by `apt-ostree compose`.

import { Cli } from 'clipanion';
import { AptOstreeError, ERRORS, failureOf } from '../model/errors.js';
import { ImageCommand } from './image-command.js';
import { SysrootCommand } from './sysroot-command.js';
import { TreeCommand } from './tree-command.js';

const COMMANDS = { tree: TreeCommand, sysroot: SysrootCommand, image: ImageCommand } as const;
const CLASSES = Object.values(COMMANDS);
const PROGRAM = 'apt-ostree compose';

// modes of a tree's files must not depend on who composes it
process.umask(0o022);
main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});

/** The exit status. Never rejects. */
async function main(args: string[]): Promise<number> {
  try {
    const cli = Cli.from(CLASSES, { binaryName: PROGRAM, enableColors: false });
    if (args.length === 0 || args.some((each) => each === '--help' || each === '-h')) return help(cli, args[0]);
    // not clipanion's own run(): it writes errors to stdout and exits 1 for all of them
    return await parse(cli, args).validateAndExecute();
  } catch (error) {
    const { code, message } = failureOf(error);
    process.stderr.write(`error: ${message}\n`);
    return ERRORS[code].exit;
  }
}

function parse(cli: Cli, args: string[]): InstanceType<(typeof CLASSES)[number]> {
  try {
    const command = cli.process(args, { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr });
    if (CLASSES.some((each) => command instanceof each)) return command as InstanceType<(typeof CLASSES)[number]>;
  } catch (cause) {
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    const said = reason.charAt(0).toLowerCase() + reason.slice(1).replace(/\.$/, '');
    throw new AptOstreeError('invalid-argument', `cannot run ${PROGRAM}: ${said} (see ${PROGRAM} --help)`, { cause });
  }
  throw new AptOstreeError('invalid-argument', `cannot run ${PROGRAM}: unknown command (see ${PROGRAM} --help)`);
}

function help(cli: Cli, name: string | undefined): number {
  const found = Object.entries(COMMANDS).find(([each]) => each === name);
  process.stdout.write(cli.usage(found?.[1] ?? null, { detailed: found !== undefined }));
  return 0;
}
