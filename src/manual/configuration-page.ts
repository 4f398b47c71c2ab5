// apt-ostreed.conf(5), and the file as it is shipped, from the table of keys.

import { CONFIGURATION_FILE, CONFIGURATION_KEYS, type ConfigurationKey } from '../daemon/configuration.js';
import { bold, entry, italic, page, paragraph, section, subsection, verbatim } from './roff.js';

const GROUPS: readonly (readonly [string, Readonly<Record<string, ConfigurationKey>>])[] =
  Object.entries(CONFIGURATION_KEYS);

export function configurationPage(version: string): string {
  return page({ name: 'apt-ostreed.conf', number: 5, version, about: 'configuration of apt-ostreed' }, [
    ...section('Synopsis', italic(CONFIGURATION_FILE)),
    ...section('Description'),
    ...DESCRIPTION.flatMap(paragraph),
    ...GROUPS.flatMap(([group, keys]) => [
      ...section('Keys'),
      ...subsection(`[${group}]`),
      ...Object.entries(keys).flatMap(([name, key]) => entry(`${bold(name)}=`, about(key))),
    ]),
    ...section('Example', ...verbatim('[Daemon]', 'IdleExitTimeout=300', 'LogLevel=debug')),
    ...section('See also', `${bold('apt-ostreed')}(8), ${bold('apt-ostree')}(1)`),
  ]);
}

const DESCRIPTION = [
  'Groups in brackets, lines of Key=value below them, comments after #. A file that is not there and a key that is not set ' +
    'leave the defaults.',
  'A key that is not known or a value that cannot be used is an error, told with file and line: at the start the daemon ' +
    'refuses to serve, at a reload it goes on with what it had.',
  'Changes take effect with apt-ostree reload, systemctl reload apt-ostreed, or SIGHUP.',
];

/** Everything commented out: what is shipped changes nothing. */
export function shippedConfiguration(): string {
  const head =
    '# Configuration of apt-ostreed; see apt-ostreed.conf(5). Changes take effect with "apt-ostree reload".\n';
  const groups = GROUPS.map(([group, keys]) => {
    const lines = Object.entries(keys).map(([name, key]) => `#${name}=${key.default}\n`);
    return `\n[${group}]\n${lines.join('')}`;
  });
  return `${head}${groups.join('')}`;
}

function about({ about: text, values, default: preset }: ConfigurationKey): string {
  return `${text} Values: ${values}. Default: ${preset}.`;
}
