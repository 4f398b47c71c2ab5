// What maintainer scripts generate for one machine and a commit would hand to all: how it is told, and how each machine
// makes its own.

export interface Secret {
  readonly name: string;
  readonly description: string;
  /** Paths below /etc. */
  readonly pattern: RegExp;
  /** Makes what is missing and leaves alone what is there. */
  readonly unit: { readonly conditions: readonly string[]; readonly command: string };
}

const SECRETS: readonly Secret[] = [
  {
    name: 'ssh-host-keys',
    description: 'SSH host keys',
    pattern: /^ssh\/ssh_host_\w+_key(\.pub)?$/,
    unit: {
      // a key of one kind is enough: an administrator may have removed the others
      conditions: ['PathExists=/usr/bin/ssh-keygen', 'PathExistsGlob=!/etc/ssh/ssh_host_*_key'],
      command: '/usr/bin/ssh-keygen -A',
    },
  },
  {
    name: 'snakeoil-certificate',
    description: 'the self-signed certificate of this machine',
    pattern: /^ssl\/(private\/ssl-cert-snakeoil\.key|certs\/ssl-cert-snakeoil\.pem)$/,
    unit: {
      conditions: ['PathExists=/usr/sbin/make-ssl-cert', 'PathExists=!/etc/ssl/private/ssl-cert-snakeoil.key'],
      // a certificate may be there still whose key is gone
      command: '/usr/sbin/make-ssl-cert generate-default-snakeoil --force-overwrite',
    },
  },
  {
    name: 'rndc-key',
    description: "the key that controls this machine's name server",
    pattern: /^bind\/rndc\.key$/,
    unit: {
      conditions: ['PathExists=/usr/sbin/rndc-confgen', 'PathExists=!/etc/bind/rndc.key'],
      command: '/usr/sbin/rndc-confgen -a -u bind',
    },
  },
];

/** Files below /etc that systemd makes at the first boot; an empty machine-id counts as none. */
const IDENTITIES: ReadonlySet<string> = new Set(['machine-id', 'hostid', 'adjtime']);

/** @param path below /etc */
export function secretAt(path: string): Secret | null {
  return SECRETS.find(({ pattern }) => pattern.test(path)) ?? null;
}

/** @param path below /etc */
export function isIdentity(path: string): boolean {
  return IDENTITIES.has(path);
}
