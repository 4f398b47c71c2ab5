// The apt sources of this machine, read from its own configuration: one-line and deb822 style.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Path of a keyring, or a key block as it stood there; null leaves it to apt's trusted keys. */
  readonly signedBy: string | null;
  /** `Trusted: yes`. */
  readonly trusted: boolean;
}

/** Binary sources that are enabled, in apt's order. */
export function machineSources(root = '/'): readonly AptSource[] {
  const directory = join(root, 'etc/apt/sources.list.d');
  const parts = existsSync(directory) ? readdirSync(directory).sort() : [];
  const list = join(root, 'etc/apt/sources.list');
  return [
    ...(existsSync(list) ? parseOneLine(readFileSync(list, 'utf8')) : []),
    ...parts.flatMap((name) => {
      const text = readFileSync(join(directory, name), 'utf8');
      if (name.endsWith('.sources')) return parseDeb822(text);
      return name.endsWith('.list') ? parseOneLine(text) : [];
    }),
  ];
}

/** sources.list(5): `deb [option=value …] uri suite component …`. */
export function parseOneLine(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)\s*(?:#.*)?$/.exec(line);
    if (match === null) return [];
    const [, optionText = '', uri = '', suite = '', components = ''] = match;
    const options = new Map(words(optionText).map((each) => each.split('=', 2) as [string, string]));
    return [
      {
        uris: [uri],
        suites: [suite],
        components: words(components),
        signedBy: options.get('signed-by') ?? null,
        trusted: options.get('trusted') === 'yes',
      },
    ];
  });
}

/** deb822 stanzas; a continuation line of a lone dot is an empty one, as in a key block. */
export function parseDeb822(text: string): readonly AptSource[] {
  const stanzas = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n[ \t]*\n/);
  return stanzas.flatMap((stanza) => {
    const fields = new Map(
      [...stanza.matchAll(/^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)/gm)].map(([, name = '', value = '']) => [
        name.toLowerCase(),
        value.trim(),
      ]),
    );
    if (!words(fields.get('types') ?? '').includes('deb') || fields.get('enabled') === 'no') return [];
    return [
      {
        uris: words(fields.get('uris') ?? ''),
        suites: words(fields.get('suites') ?? ''),
        components: words(fields.get('components') ?? ''),
        signedBy: fields.get('signed-by') ?? null,
        trusted: fields.get('trusted') === 'yes',
      },
    ];
  });
}

/** A source as a deb822 stanza. */
export function formatSource(source: AptSource): string {
  const lines = [
    'Types: deb',
    `URIs: ${source.uris.join(' ')}`,
    `Suites: ${source.suites.join(' ')}`,
    ...(source.components.length > 0 ? [`Components: ${source.components.join(' ')}`] : []),
    ...(source.signedBy === null
      ? []
      : [`Signed-By:${source.signedBy.includes('\n') ? '\n ' : ' '}${source.signedBy}`]),
    ...(source.trusted ? ['Trusted: yes'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
