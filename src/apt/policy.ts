// The output of `apt-cache policy` and `apt-cache showpkg`: which names apt knows, and what stands behind virtual ones.

/** Candidate version by package name; null for a name that has none (virtual, or pinned away). Unknown names are absent. */
export function parsePolicy(output: string): ReadonlyMap<string, string | null> {
  const candidates = new Map<string, string | null>();
  let name: string | null = null;
  for (const line of output.split('\n')) {
    const header = /^(\S+):$/.exec(line);
    const candidate = /^ {2}Candidate: (.+)$/.exec(line);
    if (header !== null) name = header[1] ?? null;
    else if (candidate !== null && name !== null)
      candidates.set(name, candidate[1] === '(none)' ? null : (candidate[1] ?? null));
  }
  return candidates;
}

/** Names of the packages that provide each virtual package. */
export function parseReverseProvides(output: string): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, readonly string[]>();
  for (const block of output.split(/^Package: /m).slice(1)) {
    const name = block.slice(0, block.indexOf('\n')).trim();
    const list = /^Reverse Provides: *\n((?:.+\n?)*)/m.exec(block)?.[1] ?? '';
    const names = [...list.matchAll(/^(\S+) \S+/gm)].map((match) => match[1] ?? '');
    providers.set(name, [...new Set(names)]);
  }
  return providers;
}
