// Text as roff's man macros want it.

/** TEXT as it is, wherever it stands in a line. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

export interface Title {
  readonly name: string;
  readonly number: number;
  readonly version: string;
  /** One line, as apropos shows it. */
  readonly about: string;
}

/** A page without a date, so that the same sources give the same page. BODY: lines of roff. */
export function page({ name, number, version, about }: Title, body: readonly string[]): string {
  const head = `.TH "${escaped(name.toUpperCase())}" ${number} "" "apt\\-ostree ${version}" "apt\\-ostree manual"`;
  const lines = ['.\\" made by the build from the tables of the program', head];
  return `${[...lines, ...section('Name', `${escaped(name)} \\- ${escaped(about)}`), ...body].join('\n')}\n`;
}

export function section(heading: string, ...lines: readonly string[]): readonly string[] {
  return [`.SH ${escaped(heading.toUpperCase())}`, ...lines];
}

export function subsection(heading: string, ...lines: readonly string[]): readonly string[] {
  return [`.SS "${heading.replaceAll('"', '')}"`, ...lines];
}

export function paragraph(text: string): readonly string[] {
  return ['.PP', escaped(text.replace(/\s+/g, ' ').trim())];
}

/** TERM is roff already. */
export function entry(term: string, text: string): readonly string[] {
  return ['.TP', term, escaped(text)];
}

export function verbatim(...lines: readonly string[]): readonly string[] {
  return ['.PP', '.EX', ...lines.map((line) => `    ${escaped(line)}`), '.EE'];
}
