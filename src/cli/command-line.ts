// The command line as text, the way the journal keeps it and a transaction is titled.

/** Options that say where the daemon is and how much is printed; what is asked for does not depend on them. */
const ABOUT_CONNECTION = new Set(['--peer', '-q', '--quiet']);
const SYSROOT = '--sysroot';

/** Without the program's name, as rpm-ostree has it: `install htop`. Quoted where a shell would need it. */
export function commandLineText(argv: readonly string[]): string {
  return argv
    .filter((word, at) => word !== SYSROOT && argv[at - 1] !== SYSROOT)
    .filter((word) => !ABOUT_CONNECTION.has(word) && !word.startsWith(`${SYSROOT}=`))
    .map(quoted)
    .join(' ');
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
