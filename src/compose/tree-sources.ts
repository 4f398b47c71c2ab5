// The apt sources a tree is composed from, and keeps: those of its treefile, else those of this machine for its suite.

import { AptOstreeError } from '../model/errors.js';
import { type AptSource, machineSources } from './machine-sources.js';
import type { Treefile } from './treefile.js';
import type { Mirror } from './treefile-keys.js';

/** What belongs to a suite besides itself. */
const POCKETS = ['', '-updates', '-security'];

/** @throws invalid-treefile */
export function treeSources(treefile: Treefile): readonly AptSource[] {
  const { mirrors } = treefile;
  if (mirrors !== null) return mirrors.map((mirror) => ofMirror(mirror, treefile));
  const sources = machineSources().flatMap((source) => narrowed(source, treefile));
  if (sources.length > 0) return sources;
  throw new AptOstreeError(
    'invalid-treefile',
    `cannot use treefile ${treefile.file}: this machine has no apt source of ${treefile.suite} (${treefile.components.join(' ')}), and key "mirrors" is missing`,
  );
}

function ofMirror(mirror: Mirror, { suite, components }: Treefile): AptSource {
  return {
    uris: [mirror.uri],
    suites: mirror.suites ?? [suite],
    components: mirror.components ?? components,
    signedBy: mirror.signedBy,
    trusted: false,
  };
}

/** The part of a source that is of the treefile's suite and components; other archives of the machine stay out. */
function narrowed(source: AptSource, { suite, components }: Treefile): readonly AptSource[] {
  const wanted = POCKETS.map((pocket) => `${suite}${pocket}`);
  // bullseye and older: `bullseye/updates`
  wanted.push(`${suite}/updates`);
  const suites = source.suites.filter((each) => wanted.includes(each));
  const kept = source.components.filter((each) => components.includes(each));
  return suites.length === 0 || kept.length === 0 ? [] : [{ ...source, suites, components: kept }];
}
