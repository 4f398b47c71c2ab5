// apt-ostreed(8), from the daemon's table of options.

import { DAEMON_OPTIONS } from '../daemon/options.js';
import { bold, entry, italic, page, paragraph, section } from './roff.js';

export function daemonPage(version: string): string {
  return page({ name: 'apt-ostreed', number: 8, version, about: 'apt-ostree system management daemon' }, [
    ...section('Synopsis', `${bold('apt-ostreed')} [${italic('OPTION')}…]`),
    ...section('Description'),
    ...DESCRIPTION.flatMap(paragraph),
    ...section('Options'),
    ...Object.entries(DAEMON_OPTIONS).flatMap(([name, { value, about }]) =>
      entry(value === null ? bold(`--${name}`) : `${bold(`--${name}`)} ${italic(value)}`, sentence(about)),
    ),
    ...section('Signals'),
    ...SIGNALS.flatMap(([name, text]) => entry(bold(name), text)),
    ...section('Exit status'),
    ...EXIT_STATUS.flatMap(([status, text]) => entry(bold(status), text)),
    ...section('Files'),
    ...FILES.flatMap(([path, text]) => entry(italic(path), text)),
    ...section('See also', `${bold('apt-ostree')}(1), ${bold('apt-ostreed.conf')}(5), ${bold('polkit')}(8)`),
  ]);
}

const DESCRIPTION = [
  'Owns the deployments of a sysroot. It serves org.projectatomic.aptostree1 on the system bus, asks polkit about each caller, ' +
    'writes every transaction to its journal before it takes effect, and has it performed by a child process. It is started by ' +
    'the first call and ends when it has not been needed for a while.',
  'It may be ended or killed at any moment. What a transaction was doing then is looked up at the next start, and continued or ' +
    'taken back. At each boot apt-ostree-booted.service has it started, and it records which deployment booted.',
  'systemctl status apt-ostreed shows the running transaction and its step; journalctl -u apt-ostreed shows its log.',
];

const SIGNALS = [
  ['SIGTERM', 'End now. A running transaction goes on at the next start.'],
  ['SIGHUP', 'Read the configuration and the sysroot again, as apt-ostree reload does.'],
] as const;

const EXIT_STATUS = [
  ['0', 'It was told to end, or was not needed any more.'],
  ['1', 'It could not go on; one line says why.'],
  ['78', 'The configuration cannot be read. It is not started again before that is mended.'],
] as const;

const FILES = [
  ['/etc/apt-ostreed.conf', 'The configuration.'],
  ['/var/lib/apt-ostree/journal.db', 'The journal.'],
  ['/run/apt-ostree', 'A private socket for each open transaction.'],
  ['/ostree/apt-ostree', 'Scratch and caches, on the filesystem of the repository.'],
] as const;

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
