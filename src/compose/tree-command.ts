// `compose tree`: arguments into options.

import { resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { AptOstreeError } from '../model/errors.js';
import { runChecked } from '../system/process.js';
import { composeTree } from './compose-tree.js';
import { loadTreefile } from './treefile.js';

export class TreeCommand extends Command {
  static override paths = [['tree']];
  static override usage = Command.Usage({
    description: 'compose a tree from a treefile and commit it',
    details:
      'Says "No change." and commits nothing when treefile and packages are those of the last commit of the ref. ' +
      'With SOURCE_DATE_EPOCH in the environment, the same inputs make the same commit in any repo.',
    examples: [['Compose the small Debian 12', 'apt-ostree compose tree --repo=repo treefiles/debian-12-minimal.yaml']],
  });

  treefile = Option.String({ name: 'TREEFILE' });
  repo = Option.String('-r,--repo', { description: 'repo to commit to', required: true });
  cachedir = Option.String('--cachedir', { description: 'keep package indexes and archives here between composes' });
  workdir = Option.String('--workdir', { description: 'where the tree is built; default below /var/tmp' });
  dryRun = Option.Boolean('--dry-run', false, { description: 'print the resolved packages only' });
  printOnly = Option.Boolean('--print-only', false, {
    description: 'print the treefile with its includes and variables only',
  });
  forceNocache = Option.Boolean('--force-nocache', false, { description: 'compose although nothing changed' });
  noParent = Option.Boolean('--no-parent', false, { description: 'commit without a parent' });
  addMetadataString = Option.Array('--add-metadata-string', [], { description: 'KEY=VALUE for the commit' });
  writeCommitidTo = Option.String('--write-commitid-to', {
    description: 'write the checksum of a new commit to this file',
  });
  touchIfChanged = Option.String('--touch-if-changed', {
    description: 'update the time of this file when there is a new commit',
  });

  async execute(): Promise<number> {
    const { stdout: architecture } = await runChecked({ command: 'dpkg', args: ['--print-architecture'] });
    const treefile = loadTreefile(resolve(this.treefile), architecture.trim());
    const say = (line: string): void => void this.context.stdout.write(`${line}\n`);
    if (this.printOnly) {
      say(JSON.stringify(treefile, null, 2));
      return 0;
    }
    const abort = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
    await composeTree({
      treefile,
      repo: resolve(this.repo),
      cacheDirectory: this.cachedir === undefined ? null : resolve(this.cachedir),
      workDirectory: this.workdir === undefined ? '/var/tmp' : resolve(this.workdir),
      dryRun: this.dryRun,
      force: this.forceNocache,
      noParent: this.noParent,
      metadata: Object.fromEntries(this.addMetadataString.map(keyAndValue)),
      writeCommitIdTo: this.writeCommitidTo ?? null,
      touchIfChanged: this.touchIfChanged ?? null,
      say,
      signal: abort.signal,
    });
    return 0;
  }
}

function keyAndValue(text: string): readonly [string, string] {
  const separator = text.indexOf('=');
  if (separator < 1)
    throw new AptOstreeError(
      'invalid-argument',
      `cannot use ${JSON.stringify(text)} as metadata: it must be KEY=VALUE`,
    );
  return [text.slice(0, separator), text.slice(separator + 1)];
}
