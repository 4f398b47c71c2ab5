// Downloads archives with apt's own transports, several at a time, each to be resumed where it broke off.

import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_DIRECTORY } from '../../apt/apt-config.js';
import { downloadFailure } from '../../apt/fetch-failure.js';
import type { ResolvedPackage } from '../../model/package.js';
import type { StepContext } from '../step-handler.js';
import { APT_OPTIONS, type AptView } from './apt-view.js';
import { watchDownload } from './download-progress.js';
import { archiveFile, fileSha256, keep } from './local-import.js';

/** A package that has an address. */
export type RemotePackage = ResolvedPackage & { readonly uri: string };

/** apt uses one connection for each server and helper; more than these gain nothing on one mirror. */
const PARALLEL = 4;

/** @throws fetch-failed naming what did not come; archive-invalid when what came is something else */
export async function downloadArchives(
  packages: readonly RemotePackage[],
  view: AptView,
  context: StepContext,
): Promise<void> {
  const directory = partialDirectory(view, context);
  const watch = watchDownload(packages, (each) => partialFile(directory, each), context.report);
  try {
    const outputs = await Promise.all(shares(packages).map((share) => downloadShare(share, directory, view)));
    await keepDownloaded(packages, { directory, output: outputs.join('\n'), context });
  } finally {
    watch.stop();
  }
}

/** apt downloads as its own user, so that is who must own the place. */
function partialDirectory({ etc }: AptView, { paths }: StepContext): string {
  const directory = join(paths.archives, 'partial');
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const apt = /^_apt:[^:]*:(\d+):/m.exec(readFileSync(join(etc, 'passwd'), 'utf8'));
  chownSync(directory, Number(apt?.[1] ?? 0), 0);
  return directory;
}

function partialFile(directory: string, { sha256 }: RemotePackage): string {
  return join(directory, `${sha256}.part`);
}

/** The largest first, each to the share that has least. */
function shares(packages: readonly RemotePackage[]): readonly (readonly RemotePackage[])[] {
  const piles = Array.from({ length: Math.min(PARALLEL, packages.length) }, () => ({
    bytes: 0,
    packages: [] as RemotePackage[],
  }));
  for (const each of [...packages].sort((one, other) => other.sizeBytes - one.sizeBytes)) {
    const pile = piles.reduce((least, other) => (other.bytes < least.bytes ? other : least));
    pile.packages.push(each);
    pile.bytes += each.sizeBytes;
  }
  return piles.map((pile) => pile.packages);
}

/** What apt printed; a share that failed shows by the files that are not there. */
async function downloadShare(packages: readonly RemotePackage[], directory: string, view: AptView): Promise<string> {
  const target = `${RUN_DIRECTORY}/partial`;
  const items = packages.flatMap(({ uri, sha256 }) => [
    // `file:` would leave a link into the sandbox
    uri.replace(/^file:/, 'copy:'),
    `${target}/${sha256}.part`,
    `SHA256:${sha256}`,
  ]);
  const command = ['/usr/lib/apt/apt-helper', ...APT_OPTIONS, 'download-file', ...items];
  const binds = [{ source: directory, target, writable: true }];
  const { stdout, stderr } = await view.run(command, { binds });
  return `${stdout}\n${stderr}`;
}

interface Downloaded {
  readonly directory: string;
  readonly output: string;
  readonly context: StepContext;
}

/** Whole files are kept even when others failed: the next try has less to fetch. */
async function keepDownloaded(
  packages: readonly RemotePackage[],
  { directory, output, context }: Downloaded,
): Promise<void> {
  const missing: RemotePackage[] = [];
  for (const each of packages) {
    const partial = partialFile(directory, each);
    if (!existsSync(partial) || statSync(partial).size < each.sizeBytes) missing.push(each);
    else if (statSync(partial).size === each.sizeBytes && (await fileSha256(partial)) === each.sha256)
      await keep(partial, archiveFile(each.sha256, context));
    else {
      rmSync(partial);
      missing.push(each);
    }
  }
  if (missing.length > 0)
    throw downloadFailure(
      missing.map((each) => each.name),
      output,
    );
}
