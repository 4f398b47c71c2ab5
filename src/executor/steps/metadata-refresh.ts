// Brings the package indexes up to date, when they are missing, a day old, or of other sources than are set now.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { refreshFailure } from '../../apt/fetch-failure.js';
import { AptOstreeError } from '../../model/errors.js';
import type { Facts } from '../../model/facts.js';
import { isLayered, parseOrigin } from '../../model/origin.js';
import { parseRefspec } from '../../model/refspec.js';
import { syncFilesystem } from '../../native/libc.js';
import { APT_OPTIONS, type AptView, liveDeployment, removeAptView, withAptView } from '../sandbox/apt-view.js';
import { refuseFullIndexes } from '../sandbox/disk-space.js';
import { hasIndexes, indexDigest } from '../sandbox/index-files.js';
import { originBase, originDeployment } from '../sandbox/origin-base.js';
import type { StepContext, StepHandler } from '../step-handler.js';

const DAY_MS = 24 * 60 * 60 * 1000;

export const metadataRefresh: StepHandler<'metadata.refresh'> = {
  probe: async () => null,
  perform: async (_facts, context) => {
    if (isNeedless(context)) return { gave: { refreshed: { changed: false, warning: null } } };
    const sources = sourcesDigest(join(liveDeployment(context), 'etc'));
    if (!isForced(context) && isFresh(context, sources))
      return { gave: { refreshed: { changed: false, warning: null } } };
    const refreshed = await withAptView(originBase(context), context, (view) => refresh(view, sources, context));
    return { gave: { refreshed } };
  },
  undo: async (_facts, context) => removeAptView(context),
};

async function refresh(view: AptView, sources: string, context: StepContext): Promise<Facts['refreshed']> {
  context.report({ type: 'task-begin', text: 'Updating package indexes' });
  const before = indexDigest(context);
  const failure = await update(view, context);
  // apt syncs nothing, and from here on the indexes are taken for whole
  syncFilesystem(context.paths.aptLists);
  context.report({ type: 'task-end', text: 'Updating package indexes' });
  if (failure === null) {
    mkdirSync(dirname(stampFile(context)), { recursive: true });
    writeFileSync(stampFile(context), sources);
    return { changed: indexDigest(context) !== before, warning: null };
  }
  if (!hasIndexes(context)) throw failure;
  // old indexes are signed too: going on with them is what a machine without network needs
  const warning = `${failure.message}; going on with those that are here`;
  context.report({ type: 'message', text: warning });
  return { changed: indexDigest(context) !== before, warning };
}

/** Null when it went well. */
async function update(view: AptView, context: StepContext): Promise<AptOstreeError | null> {
  const room = roomFailure(context);
  if (room !== null) return room;
  // who has indexes to go on with shall not wait long for a network that is not there
  const patience = hasIndexes(context) ? ['-o', 'Acquire::Retries=1'] : [];
  const result = await view.run(['apt-get', ...APT_OPTIONS, '-q', ...patience, 'update']);
  return result.status === 0 ? null : refreshFailure(`${result.stdout}\n${result.stderr}`);
}

function roomFailure({ paths }: StepContext): AptOstreeError | null {
  try {
    refuseFullIndexes(paths.aptLists);
    return null;
  } catch (error) {
    if (error instanceof AptOstreeError) return error;
    throw error;
  }
}

/** Where nothing is layered and apt does not renew the base, nobody asks it for anything. */
function isNeedless(context: StepContext): boolean {
  const { request } = context;
  if (request.kind !== 'upgrade' && request.kind !== 'rebase') return false;
  const origin = parseOrigin(originDeployment(context).origin ?? '');
  const isRenewedByApt = request.kind === 'upgrade' && parseRefspec(origin.refspec).remote === null;
  return !isLayered(origin) && !isRenewedByApt;
}

function isForced({ request }: StepContext): boolean {
  // who asks for what is new shall not get what was new yesterday
  return request.kind === 'upgrade' || (request.kind === 'refresh-md' && request.force);
}

/** The stamp holds what the sources were; its time is the time of the last complete update. */
function isFresh(context: StepContext, sources: string): boolean {
  const stamp = stampFile(context);
  if (!existsSync(stamp) || !hasIndexes(context)) return false;
  const ageMs = Date.now() - statSync(stamp).mtimeMs;
  return ageMs >= 0 && ageMs < DAY_MS && readFileSync(stamp, 'utf8') === sources;
}

function stampFile({ paths }: StepContext): string {
  return join(dirname(paths.aptLists), 'apt-ostree-refreshed');
}

function sourcesDigest(etc: string): string {
  const hash = createHash('sha256');
  const directory = join(etc, 'apt/sources.list.d');
  const parts = existsSync(directory) ? readdirSync(directory).sort() : [];
  for (const file of [join(etc, 'apt/sources.list'), ...parts.map((name) => join(directory, name))])
    if (existsSync(file) && statSync(file).isFile())
      hash.update(`${file.slice(etc.length)}\n`).update(readFileSync(file));
  return hash.digest('hex');
}
