// The version this program says it has.

/** Equal to package.json's, which a bundled program cannot read; a test holds them together. */
export const VERSION = '0.1.0';

/** YAML, the form of rpm-ostree's `--version`. */
export function versionText(): string {
  return `apt-ostree:\n Version: '${VERSION}'\n Node: '${process.versions.node}'\n`;
}
