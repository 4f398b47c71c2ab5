// Links /opt/NAME to the payload that packages put into the tree.

import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatLine } from '../../tree/tmpfiles-line.js';
import type { ScratchLayout } from './scratch.js';
import { OPT_PAYLOAD } from './shim.js';

const TMPFILES = 'usr/lib/tmpfiles.d/apt-ostree-2-layered-opt.conf';

/** /opt is /var/opt on a machine; the deployment's own payload is one link away. */
export function linkOptPayload({ upper, root, base }: ScratchLayout): void {
  const names = (tree: string) => (existsSync(join(tree, OPT_PAYLOAD)) ? readdirSync(join(tree, OPT_PAYLOAD)) : []);
  const old = new Set(names(base));
  const added = names(upper).filter((name) => !old.has(name));
  if (added.length === 0) return;
  const lines = added.sort().map((name) =>
    formatLine({
      type: 'L',
      path: `/var/opt/${name}`,
      mode: null,
      user: null,
      group: null,
      argument: `../../${OPT_PAYLOAD}/${name}`,
    }),
  );
  mkdirSync(join(root, 'usr/lib/tmpfiles.d'), { recursive: true });
  writeFileSync(join(root, TMPFILES), lines.map((line) => `${line}\n`).join(''));
}
