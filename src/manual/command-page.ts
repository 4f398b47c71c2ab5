// apt-ostree(1), from the commands' own usage.

import { type CommandHelp, categoriesOf, type OptionHelp } from '../cli/render/help.js';
import { bold, entry, escaped, italic, page, paragraph, section, subsection, verbatim } from './roff.js';

export function commandPage(commands: readonly CommandHelp[], version: string): string {
  const about = 'image-based Debian with packages layered on top';
  return page({ name: 'apt-ostree', number: 1, version, about }, [
    ...section(
      'Synopsis',
      `${bold('apt-ostree')} ${italic('COMMAND')} [${italic('OPTION')}…] [${italic('ARGUMENT')}…]`,
    ),
    '.br',
    `${bold('apt-ostree')} ${bold('--version')}`,
    ...section('Description'),
    ...DESCRIPTION.flatMap(paragraph),
    ...categoriesOf(commands).flatMap((category) => [
      ...section(category),
      ...commands.filter((each) => each.category === category).flatMap(commandLines),
    ]),
    ...section('Common options'),
    ...commonOptions(commands).flatMap(optionLines),
    ...entry(`${bold('-h')}, ${bold('--help')}`, 'Print what a command does and which options it has.'),
    ...section('Exit status'),
    ...EXIT_STATUS.flatMap(([status, text]) => entry(bold(status), text)),
    ...section('Environment'),
    ...ENVIRONMENT.flatMap(([name, text]) => entry(bold(name), text)),
    ...section('Files'),
    ...FILES.flatMap(([path, text]) => entry(italic(path), text)),
    ...section('See also', `${bold('apt-ostreed')}(8), ${bold('apt-ostreed.conf')}(5), ${bold('ostree')}(1)`),
  ]);
}

const DESCRIPTION = [
  'The operating system is an OSTree commit that is deployed and booted whole; packages from apt are layered on top of it. ' +
    'Every change is a transaction that either happens completely or not at all: it is written to a journal before it takes ' +
    'effect, survives crashes and power cuts by itself, can be taken back, and can be asked about later. A change makes a new ' +
    'deployment, which is used from the next boot on; the present one stays as it is, and can be booted again.',
  'apt-ostree is a client of apt-ostreed, which is started when it is called, and asks polkit whether the caller may do ' +
    'what is asked for.',
];

const EXIT_STATUS = [
  ['0', 'It was done, or there was nothing to do.'],
  ['1', 'It was not done; one line on standard error says why.'],
  ['77', 'Nothing changed, where an option asked to be told so.'],
  ['130', 'Ended by Ctrl-C.'],
] as const;

const ENVIRONMENT = [
  ['APT_OSTREE_CLIENT_ID', 'How this client calls itself in the journal, instead of cli.'],
  ['DBUS_SYSTEM_BUS_ADDRESS', 'The bus on which apt-ostreed is looked for.'],
  ['NO_COLOR', 'Not empty: no colours, also on a terminal.'],
] as const;

const FILES = [
  ['/etc/apt-ostreed.conf', 'The configuration of the daemon.'],
  ['/var/lib/apt-ostree/journal.db', 'The journal.'],
  ['/usr/share/apt-ostree/treefiles', 'Descriptions of base images that compose tree takes.'],
] as const;

function commandLines({ usage, description, details, options, examples }: CommandHelp): readonly string[] {
  const own = options.filter(({ isCommon }) => !isCommon);
  return [
    ...subsection(escaped(usage)),
    ...paragraph(`${description}.`),
    ...(details === null ? [] : paragraph(details)),
    ...own.flatMap(optionLines),
    ...examples.flatMap(([label, line]) => [...paragraph(`${label}:`), ...verbatim(line)]),
  ];
}

/** Each once, as the first command that has it says it. */
function commonOptions(commands: readonly CommandHelp[]): readonly OptionHelp[] {
  const all = commands.flatMap(({ options }) => options.filter(({ isCommon }) => isCommon));
  return [...new Map(all.toReversed().map((option) => [option.names.join(), option])).values()].toReversed();
}

function optionLines({ names, value, description }: OptionHelp): readonly string[] {
  const spelled = names.map(bold).join(', ');
  return entry(value === null ? spelled : `${spelled} ${italic(value)}`, `${description}.`);
}
