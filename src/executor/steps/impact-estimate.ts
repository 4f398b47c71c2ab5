// What a change would do, before it is done: packages and files that come, go and change, and what stands in the way.

import type { ArchiveEntry } from '../../apt/archive-listing.js';
import { parseContents } from '../../apt/archive-listing.js';
import type { InstalledPackage } from '../../apt/dpkg-status.js';
import { conflictsOf, packageChanges } from '../../apt/impact.js';
import { parseRelations } from '../../apt/relations.js';
import { AptOstreeError } from '../../model/errors.js';
import type { FileImpact, Impact } from '../../model/facts.js';
import type { ResolvedPackage } from '../../model/package.js';
import { runChecked } from '../../system/process.js';
import { archiveFields } from '../sandbox/archive-fields.js';
import { ownedFiles, readBaseFiles } from '../sandbox/base-files.js';
import { baseTree } from '../sandbox/base-tree.js';
import { archiveFile } from '../sandbox/local-import.js';
import { originDeployment } from '../sandbox/origin-base.js';
import { basePackages } from '../sandbox/resolver.js';
import type { FactsFor, StepContext, StepHandler } from '../step-handler.js';

export const impactEstimate: StepHandler<'impact.estimate'> = {
  probe: async () => null,
  perform: async (facts, context) => ({ gave: { impact: await estimate(facts, context) } }),
  undo: async () => {},
};

async function estimate(
  { target, resolution, fetched }: FactsFor<'impact.estimate'>,
  context: StepContext,
): Promise<Impact> {
  const tree = baseTree(target.base, context);
  const before = originDeployment(context).path;
  const changes = packageChanges(layeredPackages(before, basePackages(tree)), resolution.packages);
  const added = new Set(changes.added.map((each) => each.name));
  const changed = new Set(changes.changed.map((each) => each.name));
  const base = readBaseFiles(tree);
  const conflicts: FileImpact[] = [];
  const files = { added: 0, changed: 0 };
  for (const each of resolution.packages) {
    const { entries, replaces } = await readArchive(each, context);
    const plain = entries.filter(({ kind }) => kind !== 'directory');
    const over = plain.filter(({ path }) => base.kindOf(base.divert(path, each.name)) !== null).length;
    if (added.has(each.name)) files.added += plain.length - over;
    files.changed += changed.has(each.name) ? plain.length : over;
    conflicts.push(...conflictsOf({ name: each.name, replaces, entries }, base));
  }
  return {
    ...changes,
    filesAdded: files.added,
    filesChanged: files.changed,
    filesRemoved: filesOf(before, changes.removed),
    downloadBytes: fetched.downloadedBytes,
    installedBytes: resolution.packages.reduce((sum, each) => sum + each.installedBytes, 0),
    conflicts,
  };
}

/** What a deployment has beyond the base: other packages, or other versions. */
function layeredPackages(deployment: string, base: readonly InstalledPackage[]): readonly InstalledPackage[] {
  const key = ({ name, version, architecture }: InstalledPackage) => `${name} ${version} ${architecture}`;
  const own = new Set(base.map(key));
  return basePackages(deployment).filter((each) => !own.has(key(each)));
}

function filesOf(deployment: string, removed: Impact['removed']): number {
  const architectures = new Map(basePackages(deployment).map((each) => [each.name, each.architecture]));
  return removed.reduce((sum, { name }) => sum + ownedFiles(deployment, name, architectures.get(name) ?? '').length, 0);
}

/** Of half a million files; the largest package of Debian has a tenth of that. */
const MAX_LISTING_BYTES = 64 * 1024 * 1024;

async function readArchive(
  { name, sha256 }: ResolvedPackage,
  context: StepContext,
): Promise<{ readonly entries: readonly ArchiveEntry[]; readonly replaces: ReadonlySet<string> }> {
  const file = archiveFile(sha256, context);
  const fields = await archiveFields(file, name, context);
  const task = `list the files of ${name}`;
  const { stdout, truncated } = await runChecked({
    command: 'dpkg-deb',
    args: ['--contents', file],
    signal: context.signal,
    outputLimitBytes: MAX_LISTING_BYTES,
    task,
    code: 'archive-invalid',
  });
  if (truncated) throw new AptOstreeError('archive-invalid', `cannot ${task}: there are too many`);
  const replaces = parseRelations(fields.replaces).flatMap((group) => group.map((each) => each.name));
  return { entries: parseContents(stdout), replaces: new Set(replaces) };
}
