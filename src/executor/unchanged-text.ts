// What a user reads when there is nothing to do, in rpm-ostree's words.

import type { Request } from '../model/request.js';

export function unchangedText(request: Request): string {
  if (request.kind !== 'upgrade') return 'No change.';
  return request.check ? 'No updates available.' : 'No upgrade available.';
}
