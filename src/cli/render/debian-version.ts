// Which of two Debian versions is the later one (Debian Policy 5.6.12), for saying "upgraded" or "downgraded".

/** Negative, zero or positive, as a sort function gives it. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [split(one), split(other)];
  return (
    compareNumbers(a.epoch, b.epoch) || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision)
  );
}

function split(version: string) {
  // what stands before a colon and is no number is no epoch
  const colon = /^\d*:/.test(version) ? version.indexOf(':') : -1;
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon === -1 ? '0' : version.slice(0, colon),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  };
}

/** Runs of other characters and runs of digits take turns, beginning with the former. */
function compareParts(one: string, other: string): number {
  const [a, b] = [runs(one), runs(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left, right] = [a[at] ?? '', b[at] ?? ''];
    const order = at % 2 === 0 ? compareWords(left, right) : compareNumbers(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function runs(text: string): readonly string[] {
  return [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, word, digits]) => [word ?? '', digits ?? '']);
}

/** Of any length: timestamps and hashes as versions exceed what a float holds. */
function compareNumbers(one: string, other: string): number {
  const difference = BigInt(one || '0') - BigInt(other || '0');
  if (difference === 0n) return 0;
  return difference < 0n ? -1 : 1;
}

function compareWords(one: string, other: string): number {
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = weight(one[at]) - weight(other[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `~` sorts before the end, the end before letters, letters before everything else. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  const code = character.charCodeAt(0);
  return /[A-Za-z]/.test(character) ? code : code + 256;
}
