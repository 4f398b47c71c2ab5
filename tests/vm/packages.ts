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
  {
    name: 'greeter',
    files: { 'usr/bin/greet': '#!/bin/sh\necho hello from the layer\n', 'etc/greeter.conf': 'as shipped\n' },
  },
];

/** What the archive has later: another kernel for the base, and the layered program with another default. */
export function updates(kernel: string): readonly DebOptions[] {
  return [
    {
      name: 'linux-image-cloud-amd64',
      version: '9999',
      depends: kernel,
      fields: { Architecture: 'amd64' },
      files: { 'usr/share/updated': `${kernel}\n` },
    },
    {
      name: 'greeter',
      version: '2.0',
      files: { 'usr/bin/greet': '#!/bin/sh\necho hello again\n', 'etc/greeter.conf': 'as shipped later\n' },
    },
  ];
}
