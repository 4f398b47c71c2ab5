// revision.resolve: a checksum or version, as the user wrote it, becomes a commit of the origin's branch.

import type { Checksum } from '../../model/deployment.js';
import { originMerge } from '../../model/deployment.js';
import { AptOstreeError } from '../../model/errors.js';
import { parseOrigin } from '../../model/origin.js';
import type { Repo } from '../../native/repo.js';
import type { StepContext, StepHandler } from '../step-handler.js';

export const revisionResolve: StepHandler<'revision.resolve'> = {
  async probe() {
    return null;
  },
  async perform(_facts, context) {
    const refspec = followedRefspec(context);
    const repo = context.sysroot.repo();
    const wanted = parseRevision(wantedRevision(context));
    const checksum =
      wanted.checksum === null ? byVersion(repo, refspec, wanted.version) : present(repo, wanted.checksum);
    return { gave: { revision: { checksum, version: repo.commitFacts(checksum).version, refspec } } };
  },
  async undo() {},
};

type Wanted =
  | { readonly checksum: string; readonly version: null }
  | { readonly checksum: null; readonly version: string };

/** rpm-ostree's forms: `revision=SHA`, `version=V`, 64 hex digits, else a version. */
export function parseRevision(text: string): Wanted {
  const [, prefix, rest] = /^(revision|version)=(.+)$/i.exec(text) ?? [];
  const value = rest ?? text;
  if (prefix?.toLowerCase() === 'version') return { checksum: null, version: value };
  if (/^[0-9a-f]{64}$/.test(value)) return { checksum: value, version: null };
  if (prefix !== undefined)
    throw new AptOstreeError(
      'no-such-revision',
      `cannot use ${JSON.stringify(value)} as a commit checksum: 64 hex digits are`,
    );
  return { checksum: null, version: value };
}

function wantedRevision({ request }: StepContext): string {
  if (request.kind === 'deploy') return request.revision;
  throw new AptOstreeError('internal', `internal error: ${request.kind} resolves no revision`);
}

function followedRefspec({ sysroot, request }: StepContext): string {
  const origin = originMerge(sysroot.deployments(), request.stateroot)?.origin ?? null;
  if (origin === null)
    throw new AptOstreeError(
      'no-such-deployment',
      `cannot deploy: stateroot ${request.stateroot} has no deployment with an origin`,
    );
  return parseOrigin(origin).refspec;
}

/** @throws no-such-revision */
function present(repo: Repo, text: string): Checksum {
  const checksum = text as Checksum;
  if (!repo.hasCommit(checksum))
    throw new AptOstreeError('no-such-revision', `cannot deploy ${text}: the commit is not in the repo`);
  return checksum;
}

/** The newest commit of the branch with that version, back through its history. */
function byVersion(repo: Repo, refspec: string, version: string): Checksum {
  for (let at = repo.resolve(refspec); at !== null && repo.hasCommit(at); at = repo.commitFacts(at).parent) {
    if (repo.commitFacts(at).version?.toLowerCase() === version.toLowerCase()) return at;
  }
  throw new AptOstreeError(
    'no-such-revision',
    `cannot deploy: version ${JSON.stringify(version)} is not in ${refspec}`,
  );
}
