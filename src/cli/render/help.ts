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
};

export function renderOverview(definitions: readonly Definition[]): string {
  const categories = [...new Set(definitions.map(({ category }) => category ?? ''))];
  const width = Math.max(...definitions.map(({ path }) => nameOf(path).length));
  const blocks = categories.map((category) => {
    const own = definitions.filter((each) => (each.category ?? '') === category);
    const lines = own.map((each) => `  ${nameOf(each.path).padEnd(width)}  ${oneLine(each.description)}`);
    return `${oneLine(category)}:\n${lines.join('\n')}\n`;
  });
  const usage = `Usage: ${PROGRAM} COMMAND [OPTION…] [ARGUMENT…]\n       ${PROGRAM} --version\n`;
  return [usage, ...blocks, `Options of a command: ${PROGRAM} COMMAND --help\n`].join('\n');
}

export function renderCommandHelp(definition: Definition): string {
  const { path, usage, description, details, examples } = definition;
  const parts = [`Usage: ${path} [OPTION…]${operandsOf(path, usage)}\n`, `${oneLine(description)}.\n`];
  if (details !== undefined) parts.push(`${details.replace(/ +$/gm, '').trim()}\n`);
  parts.push(optionBlock(definition));
  if (examples !== undefined) parts.push(exampleBlock(examples));
  return parts.join('\n');
}

function nameOf(path: string): string {
  return path.slice(PROGRAM.length + 1);
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

/** Options that most commands have: they come after a command's own. */
const COMMON = /--(sysroot|peer|quiet|stateroot)\b/;

function optionBlock({ options }: Definition): string {
  const own = options.filter(({ definition }) => !COMMON.test(definition));
  const common = options.filter(({ definition }) => COMMON.test(definition));
  const rows = [
    ...[...own, ...common].map(({ definition, description }) => [spelling(definition), oneLine(description)] as const),
    ['-h, --help', 'Print this help'] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `Options:\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n')}\n`;
}

/** `-r,--reboot` → `-r, --reboot`; `--sysroot #0` → `    --sysroot PATH`. */
function spelling(definition: string): string {
  const [names, hole] = definition.split(' ');
  const all = (names ?? '').split(',');
  const value =
    hole === undefined ? '' : ` ${all.map((name) => VALUES[name]).find((each) => each !== undefined) ?? 'VALUE'}`;
  return `${all.length === 1 ? '    ' : ''}${all.join(', ')}${value}`;
}

function exampleBlock(examples: readonly (readonly [string, string])[]): string {
  return `Examples:\n${examples.map(([label, line]) => `  ${oneLine(label)}:\n    ${line}`).join('\n')}\n`;
}
