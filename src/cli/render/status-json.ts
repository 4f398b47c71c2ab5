// The document of `apt-ostree status --json`: rpm-ostree's members, no more and no less.

import type { Json, Status } from '../../client/client.js';

export function statusJson(
  status: Status,
  options: { readonly bootedOnly: boolean },
): Readonly<Record<string, unknown>> {
  const { deployments, transaction } = status;
  // no driver can register with this daemon
  const updateDriver: Json = null;
  return {
    deployments: options.bootedOnly ? deployments.filter((each) => each.booted) : deployments,
    transaction,
    'cached-update': status['cached-update'],
    'update-driver': updateDriver,
  };
}
