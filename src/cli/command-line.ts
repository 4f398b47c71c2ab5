// The command line as text, the way the journal keeps it: one could paste it into a shell.

export function commandLineText(argv: readonly string[]): string {
  return ['apt-ostree', ...argv].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
