// `compose image`: arguments into options.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, Option } from 'clipanion';
import { AptOstreeError } from '../model/errors.js';
import { runChecked } from '../system/process.js';
import { checkOutput, composeImage } from './compose-image.js';
import { composeTree } from './compose-tree.js';
import { diskLayout, parseDiskSize } from './disk-layout.js';
import { loadTreefile } from './treefile.js';

const CONSOLES = ['console=tty0', 'console=ttyS0,115200'];

export class ImageCommand extends Command {
  static override paths = [['image']];
  static override usage = Command.Usage({
    description: 'make a disk file that boots a tree, on BIOS and UEFI',
    details:
      'With a treefile, its tree is composed first, as `compose tree` does; without one, `--repo` and `--ref` name a commit that is there. The file is a raw disk; it takes only as much room as is used of it.',
    examples: [
      ['Compose a tree and a disk of it', 'apt-ostree compose image --repo=repo tree.yaml disk.raw'],
      ['A disk of a commit', 'apt-ostree compose image --repo=repo --ref=debian/12/amd64/machine disk.raw'],
    ],
  });

  files = Option.Rest({ name: 'TREEFILE OUTPUT', required: 1 });
  repo = Option.String('-r,--repo', {
    description: 'repo of the commit; with a treefile, default is one for this time',
  });
  ref = Option.String('--ref', { description: 'ref to deploy, in place of a treefile' });
  cachedir = Option.String('--cachedir', { description: 'keep package indexes and archives here between composes' });
  workdir = Option.String('--workdir', { description: 'where the tree is built; default below /var/tmp' });
  size = Option.String('--size', '8G', { description: 'of the disk, a number with M, G or T; default 8G' });
  stateroot = Option.String('--stateroot', 'debian', { description: 'name of the stateroot' });
  kargs = Option.Array('--karg', [], { description: 'kernel argument, once for each' });
  rootPasswordFile = Option.String('--root-password-file', {
    description: 'file with the hash of a password for root, as of `openssl passwd -6`; else root cannot log in',
  });
  force = Option.Boolean('--force', false, { description: 'overwrite OUTPUT' });

  async execute(): Promise<number> {
    const { treefile, output } = this.#files();
    // what is wrong is told before a tree is composed
    checkOutput(resolve(output), this.force);
    const { sizeBytes } = diskLayout(parseDiskSize(this.size));
    const rootPassword = this.rootPasswordFile === undefined ? null : passwordHash(this.rootPasswordFile);
    const say = (line: string): void => void this.context.stdout.write(`${line}\n`);
    const abort = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
    const workDirectory = this.workdir === undefined ? '/var/tmp' : resolve(this.workdir);
    const ownRepo = this.repo === undefined ? mkdtempSync(join(workDirectory, 'apt-ostree-repo-')) : null;
    const repo = resolve(this.repo ?? ownRepo ?? '');
    try {
      const ref = treefile === null ? this.#ref() : await this.#tree(treefile, { repo, say, abort, workDirectory });
      const kargs = this.kargs.some((each) => each.startsWith('console=')) ? this.kargs : [...CONSOLES, ...this.kargs];
      const { stateroot, force } = this;
      const program = [process.execPath, process.argv[1] ?? ''];
      const what = { repo, ref, output, sizeBytes, stateroot, kargs, rootPassword, force };
      await composeImage({ ...what, workDirectory, program, say, signal: abort.signal });
    } finally {
      if (ownRepo !== null) rmSync(ownRepo, { recursive: true, force: true });
    }
    say(`Made ${output}`);
    return 0;
  }

  #files(): { readonly treefile: string | null; readonly output: string } {
    const [first = '', second, ...more] = this.files;
    const expected = this.ref === undefined ? 'TREEFILE and OUTPUT' : 'OUTPUT only, as --ref is given';
    if (more.length > 0 || (second === undefined) !== (this.ref !== undefined))
      throw new AptOstreeError('invalid-argument', `cannot make an image: it takes ${expected}`);
    return second === undefined ? { treefile: null, output: first } : { treefile: first, output: second };
  }

  #ref(): string {
    if (this.ref === undefined || this.repo === undefined)
      throw new AptOstreeError('invalid-argument', 'cannot make an image: --ref needs --repo');
    return this.ref;
  }

  async #tree(file: string, { repo, say, abort, workDirectory }: TreeOptions): Promise<string> {
    const { stdout: architecture } = await runChecked({ command: 'dpkg', args: ['--print-architecture'] });
    const treefile = loadTreefile(resolve(file), architecture.trim());
    await composeTree({
      treefile,
      repo,
      cacheDirectory: this.cachedir === undefined ? null : resolve(this.cachedir),
      workDirectory,
      dryRun: false,
      force: false,
      noParent: false,
      metadata: {},
      writeCommitIdTo: null,
      touchIfChanged: null,
      say,
      signal: abort.signal,
    });
    return treefile.ref;
  }
}

interface TreeOptions {
  readonly repo: string;
  readonly say: (line: string) => void;
  readonly abort: AbortController;
  readonly workDirectory: string;
}

/** crypt(5): `$id$…`, without a colon. */
function passwordHash(file: string): string {
  const hash = readFileSync(file, 'utf8').trim();
  if (/^\$[a-z0-9]+\$[A-Za-z0-9./$=,]+$/.test(hash)) return hash;
  throw new AptOstreeError('invalid-argument', `cannot use ${file}: it holds no hash of a password`);
}
