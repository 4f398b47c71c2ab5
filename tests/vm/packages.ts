// What the machine's archive holds beside Debian's packages: small ones, each made to show one thing.

import type { DebOptions } from '../layer/deb.js';

/** A service that Debian's archive has, with a user of its own. */
export const SERVICES = ['nginx-light', 'memcached'] as const;

/** Its user would get the number that the service's user had, were numbers given in the order of installation. */
function earlyUser(name: string): DebOptions {
  const script = `adduser --system --group --no-create-home --quiet ${name}`;
  return {
    name,
    depends: 'adduser',
    scripts: { postinst: script },
    files: { [`usr/share/${name}/made`]: `${name}\n` },
  };
}

export const EARLY_USERS = ['aaa-first', 'aaa-second'] as const;

export const OWN_PACKAGES: readonly DebOptions[] = [
  ...EARLY_USERS.map(earlyUser),
  { name: 'greeter', files: { 'usr/bin/greet': '#!/bin/sh\necho hello from the layer\n' } },
];
