// The version of a new commit, counted up from the one before as rpm-ostree does.

/** `12` after nothing, `12.1` after `12`, `12.2` after `12.1`; a changed prefix starts anew. */
export function nextVersion(prefix: string, previous: string | null): string {
  if (previous === null) return prefix;
  if (previous === prefix) return `${prefix}.1`;
  const count = previous.startsWith(`${prefix}.`) ? previous.slice(prefix.length + 1) : '';
  return /^\d+$/.test(count) ? `${prefix}.${Number(count) + 1}` : prefix;
}
