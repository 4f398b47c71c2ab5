// Help texts from the commands' own usage, the same data that manual pages are made of.

import type { Definition } from 'clipanion';

const PROGRAM = 'apt-ostree';

/** What stands for an option's value; clipanion has only `#0`. */
const VALUES: Readonly<Record<string, string>> = {
  '--sysroot': 'PATH',
  '--stateroot': 'NAME',
  '--plan': 'HASH',
  '--jsonpath': 'EXPRESSION',
  '--install': 'PACKAGE',
  '--uninstall': 'PACKAGE',
  '--package': 'PACKAGE',
  '--since': 'TIME',
  '--until': 'TIME',
  '--uid': 'USER',
  '--kind': 'KIND',
  '--outcome': 'OUTCOME',
  '--limit': 'COUNT',
  '--transaction': 'ID',
  '--keep': 'COUNT',
  '--keep-days': 'DAYS',
  '--arg': 'ARGUMENT',
  '--append': 'ARGUMENT',
  '--append-if-missing': 'ARGUMENT',
  '--delete': 'ARGUMENT',
  '--delete-if-present': 'ARGUMENT',
  '--replace': 'ARGUMENT',
  '--deploy-index': 'INDEX',
};

/** What is to be said about a command. */
export interface CommandHelp {
  /** `apt-ostree install [OPTION…] PACKAGE…` */
  readonly usage: string;
  /** `install` */
  readonly name: string;
  readonly category: string;
  readonly description: string;
  readonly details: string | null;
  /** Its own, and after them those that most commands have. */
  readonly options: readonly OptionHelp[];
  readonly examples: readonly (readonly [label: string, line: string])[];
}

export interface OptionHelp {
  /** `-r`, `--reboot` */
  readonly names: readonly string[];
  /** What stands for its value; null for a switch. */
  readonly value: string | null;
  readonly description: string;
  /** Most commands have it. */
  readonly isCommon: boolean;
}

export function renderOverview(definitions: readonly Definition[]): string {
  const commands = definitions.map(helpOf);
  const width = Math.max(...commands.map(({ name }) => name.length));
  const blocks = categoriesOf(commands).map((category) => {
    const own = commands.filter((each) => each.category === category);
    const lines = own.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`);
    return `${category}:\n${lines.join('\n')}\n`;
  });
  const usage = `Usage: ${PROGRAM} COMMAND [OPTION…] [ARGUMENT…]\n       ${PROGRAM} --version\n`;
  return [usage, ...blocks, `Options of a command: ${PROGRAM} COMMAND --help\n`].join('\n');
}

export function renderCommandHelp(definition: Definition): string {
  const { usage, description, details, options, examples } = helpOf(definition);
  const parts = [`Usage: ${usage}\n`, `${description}.\n`];
  if (details !== null) parts.push(`${details}\n`);
  parts.push(optionBlock(options));
  if (examples.length > 0) parts.push(exampleBlock(examples));
  return parts.join('\n');
}

export function helpOf({ path, usage, category, description, details, options, examples }: Definition): CommandHelp {
  const described = options.map(optionHelp);
  return {
    usage: `${path} [OPTION…]${operandsOf(path, usage)}`,
    name: path.slice(PROGRAM.length + 1),
    category: oneLine(category),
    description: oneLine(description),
    details: details === undefined ? null : details.replace(/ +$/gm, '').trim(),
    options: [...described.filter(({ isCommon }) => !isCommon), ...described.filter(({ isCommon }) => isCommon)],
    examples: (examples ?? []).map(([label, line]) => [oneLine(label), line]),
  };
}

/** In the order of the table. */
export function categoriesOf(commands: readonly CommandHelp[]): readonly string[] {
  return [...new Set(commands.map(({ category }) => category))];
}

function oneLine(text: string | undefined): string {
  return (text ?? '').trim().replace(/\s+/g, ' ');
}

/** `apt-ostree install <PACKAGE> ...` → ` PACKAGE…`; clipanion writes options into the same line. */
function operandsOf(path: string, usage: string): string {
  const words = usage
    .slice(path.length)
    .replace(/\[-[^\]]*\]/g, '')
    .trim();
  return words === '' ? '' : ` ${words.replace(/<([^>]+)>/g, '$1').replace(/ ?\.\.\./, '…')}`;
}

/** Options that most commands have. */
const COMMON = /--(sysroot|peer|quiet|stateroot)\b/;

/** `-r,--reboot`, or `--sysroot #0` with a hole for the value. */
function optionHelp({ definition, description }: Definition['options'][number]): OptionHelp {
  const [spelled = '', hole] = definition.split(' ');
  const names = spelled.split(',');
  const value = names.map((name) => VALUES[name]).find((each) => each !== undefined) ?? 'VALUE';
  return {
    names,
    value: hole === undefined ? null : value,
    description: oneLine(description),
    isCommon: COMMON.test(definition),
  };
}

function optionBlock(options: readonly OptionHelp[]): string {
  const rows = [
    ...options.map((option) => [spelling(option), option.description] as const),
    ['-h, --help', 'Print this help'] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `Options:\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n')}\n`;
}

/** `-r, --reboot`; `    --sysroot PATH` */
function spelling({ names, value }: OptionHelp): string {
  return `${names.length === 1 ? '    ' : ''}${names.join(', ')}${value === null ? '' : ` ${value}`}`;
}

function exampleBlock(examples: CommandHelp['examples']): string {
  return `Examples:\n${examples.map(([label, line]) => `  ${label}:\n    ${line}`).join('\n')}\n`;
}
