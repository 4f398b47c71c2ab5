// Treefiles that are no treefiles.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KEYS } from '../../src/compose/treefile-keys.js';
import { parseTreefile } from '../../src/compose/treefile-parse.js';
import { anyJson, damaged, nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';

const SAMPLES = readdirSync('treefiles').map((name) => readFileSync(`treefiles/${name}`, 'utf8'));

describe('treefiles', () => {
  it('are read or refused, however damaged', () => {
    fc.assert(
      fc.property(fc.oneof(damaged(SAMPLES), nastyText), (text) => {
        refusedOrRead(() => parseTreefile(text, '/x/tree.yaml', 'amd64'));
      }),
      runs(400),
    );
  });

  it('with any value under any key are read or refused', () => {
    const key = fc.oneof(fc.constantFrom(...Object.keys(KEYS), 'include', 'packages-amd64'), nastyText);
    fc.assert(
      fc.property(fc.dictionary(key, anyJson, { maxKeys: 4 }), (value) => {
        refusedOrRead(() => parseTreefile(JSON.stringify(value), '/x/tree.json', 'amd64'));
      }),
      runs(800),
    );
  });

  it('that multiply themselves, lead nowhere or nest without end are refused', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `l${level}: &l${level} [${Array(9)
          .fill(level === 0 ? 'x' : `*l${level - 1}`)
          .join(', ')}]`,
    );
    const bombs = [
      levels.join('\n'),
      'a: *nowhere',
      'a: &a [*a]',
      `packages: ${'['.repeat(20_000)}`,
      `${'- '.repeat(20_000)}x`,
      '{'.repeat(50_000),
    ];
    for (const bomb of bombs)
      assert.equal(
        refusedOrRead(() => parseTreefile(bomb, '/x', 'amd64')),
        null,
      );
  });
});
