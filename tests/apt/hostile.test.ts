// Output of apt and dpkg, control files and listings, made up or damaged: read or refused, never a crash or a hang.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { aptFailure } from '../../src/apt/apt-failure.js';
import { installedBytes, nameFault } from '../../src/apt/archive-fields.js';
import { parseContents } from '../../src/apt/archive-listing.js';
import { type Archive, batchArchives } from '../../src/apt/batches.js';
import { parseStanzas } from '../../src/apt/deb822.js';
import { parseDiversions } from '../../src/apt/diversions.js';
import { dpkgFailure } from '../../src/apt/dpkg-failure.js';
import { parseStatus, providerOf } from '../../src/apt/dpkg-status.js';
import { condenseRefusal } from '../../src/apt/explanation.js';
import { fetchReason, refreshFailure } from '../../src/apt/fetch-failure.js';
import { parsePolicy, parseReverseProvides } from '../../src/apt/policy.js';
import { parsePrintedUris } from '../../src/apt/print-uris.js';
import { parseRelations } from '../../src/apt/relations.js';
import { ScriptLog } from '../../src/apt/script-log.js';
import { formatLocal, parseLocal } from '../../src/model/package.js';
import { assertOneLine, assertRefusal, damaged, nastyText, refusedOrRead, runs } from '../hostile/fuzz.js';

const FIXTURES = resolve('tests/apt/fixtures');
const SAMPLES = readdirSync(FIXTURES).map((name) => readFileSync(join(FIXTURES, name), 'utf8'));
const text = fc.oneof(
  damaged(SAMPLES),
  nastyText,
  fc.array(nastyText).map((lines) => lines.join('\n')),
);

/** Every reader of another program's text that gives a value. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'print-uris': parsePrintedUris,
  policy: parsePolicy,
  showpkg: parseReverseProvides,
  explanation: condenseRefusal,
  'fetch reason': fetchReason,
  stanzas: parseStanzas,
  status: parseStatus,
  relations: parseRelations,
  diversions: parseDiversions,
  contents: parseContents,
};

describe('readers of apt and dpkg', () => {
  for (const [name, read] of Object.entries(READERS))
    it(`${name}: any text is read or refused`, () => {
      fc.assert(
        fc.property(text, (given) => {
          refusedOrRead(() => read(given));
        }),
        runs(400),
      );
    });

  it('tell why something failed in one printable line', () => {
    fc.assert(
      fc.property(text, (output) => {
        for (const error of [aptFailure('install x', output), refreshFailure(output)]) assertRefusal(error);
      }),
      runs(300),
    );
  });

  it('take from a listing absolute paths and sizes that can be added up', () => {
    fc.assert(
      fc.property(text, (output) => {
        for (const { path, sizeBytes } of refusedOrRead(() => parseContents(output)) ?? []) {
          assert.ok(Number.isFinite(sizeBytes) && sizeBytes >= 0);
          assert.equal(typeof path, 'string');
        }
      }),
      runs(300),
    );
  });

  it('take from apt only archives whose names dpkg can be given', () => {
    fc.assert(
      fc.property(text, (output) => {
        for (const { name, architecture, sizeBytes } of refusedOrRead(() => parsePrintedUris(output)) ?? []) {
          assert.match(`${name}:${architecture}`, /^[a-z0-9][a-z0-9+.-]*:[a-z0-9][a-z0-9-]*$/);
          assert.ok(Number.isSafeInteger(sizeBytes));
        }
      }),
      runs(500),
    );
  });

  it('find a provider or none', () => {
    const installed = parseStatus(SAMPLES.join('\n\n'));
    fc.assert(
      fc.property(nastyText, (request) => {
        assert.ok(providerOf(request, installed) !== undefined);
      }),
      runs(200),
    );
  });
});

describe('control files', () => {
  const field = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
  const line = fc.stringMatching(/^[!-~][ -~]{0,30}[!-~]$/);
  const stanza = fc.uniqueArray(fc.tuple(field, fc.array(line, { minLength: 1, maxLength: 3 })), {
    selector: ([name]) => name.toLowerCase(),
    minLength: 1,
    maxLength: 5,
  });

  it('are read back as they are written', () => {
    fc.assert(
      fc.property(fc.array(stanza, { minLength: 1, maxLength: 4 }), (stanzas) => {
        const written = stanzas.map((fields) =>
          fields.map(([name, lines]) => `${name}: ${lines.join('\n ')}\n`).join(''),
        );
        assert.deepEqual(
          parseStanzas(written.join('\n')),
          stanzas.map((fields) => new Map(fields.map(([name, lines]) => [name.toLowerCase(), lines.join('\n')]))),
        );
      }),
      runs(300),
    );
  });

  it('give sizes that can be added up, whatever they claim', () => {
    fc.assert(
      fc.property(fc.option(nastyText, { nil: undefined }), (claim) => {
        assert.ok(Number.isSafeInteger(installedBytes(claim)) && installedBytes(claim) >= 0);
      }),
      runs(300),
    );
  });

  it('name a package only in words that mean one package in an origin and on a command line', () => {
    const words = fc.record({ name: nastyText, version: nastyText, architecture: nastyText });
    const good = fc.record({
      name: fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,20}$/),
      version: fc.stringMatching(/^(\d:)?\d[A-Za-z0-9.+~-]{0,20}$/),
      architecture: fc.constantFrom('all', 'amd64', 'kfreebsd-amd64'),
    });
    fc.assert(
      fc.property(fc.oneof(words, good), (fields) => {
        const fault = nameFault(fields);
        if (fault !== null) return;
        const local = { ...fields, sha256: 'ab'.repeat(32) };
        assert.deepEqual(parseLocal(formatLocal(local)), local);
        assert.match(formatLocal(local), /^[ -:<-~]+$/);
        assert.ok(!formatLocal(local).includes('/'));
      }),
      runs(1000),
    );
    fc.assert(
      fc.property(good, (fields) => nameFault(fields) === null),
      runs(200),
    );
  });

  it('have relations that are read back as they are written', () => {
    const relation = fc.record(
      {
        name: fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{0,10}$/),
        qualifier: fc.option(fc.constantFrom('any', 'native', 'amd64')),
        version: fc.option(fc.stringMatching(/^(>=|<<|=) [0-9][0-9.~+-]{0,5}$/)),
      },
      { noNullPrototype: true },
    );
    const groups = fc.array(fc.array(relation, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(groups, (wanted) => {
        const written = wanted
          .map((group) =>
            group
              .map(
                ({ name, qualifier, version }) =>
                  `${name}${qualifier ? `:${qualifier}` : ''}${version ? ` (${version})` : ''}`,
              )
              .join(' | '),
          )
          .join(', ');
        assert.deepEqual(parseRelations(written), wanted);
      }),
      runs(300),
    );
  });
});

describe("dpkg's account of a run", () => {
  const statusLine = fc.oneof(
    fc
      .tuple(fc.constantFrom('install', 'configure', 'trigproc', 'upgrade'), nastyText)
      .map(([phase, name]) => `processing: ${phase}: ${name}`),
    fc.tuple(nastyText, nastyText).map(([name, reason]) => `status: ${name} : error : ${reason}`),
    nastyText,
  );

  it('is read in bounded memory, and any failure told in one printable line', () => {
    fc.assert(
      fc.property(fc.array(statusLine, { maxLength: 40 }), nastyText, (lines, last) => {
        const log = new ScriptLog();
        for (const [index, line] of lines.entries()) log.add(line, index);
        for (const { output, durationMs, exitStatus } of log.reports()) {
          assert.ok(output.length <= 2000);
          assert.ok(Number.isFinite(durationMs) && Number.isFinite(exitStatus));
        }
        assertRefusal(dpkgFailure(log, last));
      }),
      runs(500),
    );
  });

  it('keeps no more reports than a journal row can hold', () => {
    const log = new ScriptLog();
    for (let index = 0; index < 20_000; index += 1) {
      log.add(`processing: configure: p${index}`, index);
      log.add('x'.repeat(3000), index);
    }
    assert.ok(JSON.stringify(log.reports()).length < 4 * 1024 * 1024);
  });
});

describe('the order of archives', () => {
  const NAMES = ['a1', 'b1', 'c1', 'd1', 'e1'];
  const field = fc.option(
    fc.array(fc.oneof(fc.constantFrom(...NAMES), nastyText), { maxLength: 4 }).map((names) => names.join(', ')),
    { nil: undefined },
  );
  const archives: fc.Arbitrary<readonly Archive[]> = fc
    .tuple(
      ...NAMES.map((name) =>
        fc.tuple(field, field, field).map(([preDepends, depends, provides]) => ({
          name,
          architecture: 'all',
          file: `/${name}.deb`,
          preDepends,
          depends,
          provides,
        })),
      ),
    )
    .map((list) => list.slice());

  it('has each archive once, whatever circles they depend in', () => {
    fc.assert(
      fc.property(archives, (given) => {
        const placed = batchArchives(given).flat();
        assert.deepEqual([...placed].map(({ name }) => name).sort(), NAMES);
      }),
      runs(300),
    );
  });
});

it('a line that apt printed and we cannot read is told, not passed over', () => {
  const strange = "'http://mirror/x.deb' --pre-invoke=reboot_1_all.deb 5";
  assert.throws(
    () => parsePrintedUris(strange),
    (error) => {
      assertRefusal(error);
      assertOneLine(error.message);
      return error.code === 'apt-failed';
    },
  );
});
