// Why apt refused, in one line: its own words, without the letter-writing around them.

/** @param output standard output and error of the run, in any order */
export function condenseRefusal(output: string): string {
  const unmet = unmetDependencies(output);
  if (unmet.length > 0) return unmet.join('; ');
  const removed = removals(output);
  if (removed !== null) return `it would remove ${removed} from the base`;
  const errors = [...output.matchAll(/^E: (.+)$/gm)].map((match) => decapitalize(match[1] ?? ''));
  return errors.length > 0 ? errors.join('; ') : 'apt gave no reason';
}

/** `foo : Depends: bar (>= 2) but 1.0 is to be installed`, with further lines for further dependencies. */
function unmetDependencies(output: string): readonly string[] {
  const lines = output.split('\n');
  const start = lines.findIndex((line) => line.startsWith('The following packages have unmet dependencies'));
  if (start < 0) return [];
  const reasons: string[] = [];
  let dependent = '';
  for (const line of lines.slice(start + 1)) {
    const match = /^ (\S*)?\s*:?\s*((?:Pre)?-?Depends|Conflicts|Breaks|Recommends|Replaces): (.+)$/.exec(line);
    if (match === null) break;
    dependent = match[1] === undefined || match[1] === '' ? dependent : match[1];
    const verb = VERBS[match[2] ?? ''];
    if (verb !== undefined) reasons.push(`${dependent} ${verb} ${(match[3] ?? '').trim()}`);
  }
  return reasons;
}

/** Recommends are no reason to refuse, so they have no verb. */
const VERBS: Readonly<Record<string, string>> = {
  Depends: 'depends on',
  'Pre-Depends': 'depends on',
  PreDepends: 'depends on',
  Conflicts: 'conflicts with',
  Breaks: 'breaks',
};

function removals(output: string): string | null {
  const match = /^The following packages will be REMOVED:\n((?: {2}.+\n?)+)/m.exec(output);
  if (match === null) return null;
  return (match[1] ?? '').trim().split(/\s+/).join(', ');
}

function decapitalize(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
