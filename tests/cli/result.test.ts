import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerOf } from '../../src/cli/layer.js';
import { impactLines } from '../../src/cli/render/impact.js';
import { packageDiffLines } from '../../src/cli/render/package-diff.js';
import { type ResultFacts, resultLines } from '../../src/cli/render/result.js';
import type { Checksum, DeploymentId } from '../../src/model/deployment.js';
import type { Impact } from '../../src/model/facts.js';
import type { Resolution } from '../../src/model/package.js';
import { assertGolden } from './golden.js';
import { propertiesOf } from './scripted-client.js';

const IMPACT: Impact = {
  added: [
    { name: 'htop', version: '3.2.2-2' },
    { name: 'libnl-3-200', version: '3.7.0-0.2+b1' },
  ],
  removed: [{ name: 'nano', version: '7.2-1' }],
  changed: [{ name: 'vim', from: '1', to: '2' }],
  filesAdded: 42,
  filesRemoved: 3,
  filesChanged: 1,
  downloadBytes: 1_234_567,
  installedBytes: 4_096_000,
  conflicts: [
    { path: '/usr/bin/htop', owner: 'other' },
    { path: '/usr/share/x', owner: null },
  ],
};

const RESOLUTION: Resolution = {
  base: 'b0'.repeat(32),
  packages: [],
  inactive: [{ request: 'editor', provider: 'vim 9' }],
  planHash: 'ab'.repeat(32),
};

const ID = `debian-${'c1'.repeat(32)}.0` as DeploymentId;

function result(facts: Partial<ResultFacts>): string {
  const lines = resultLines({
    request: { kind: 'install', stateroot: null },
    properties: propertiesOf({}),
    oldLayer: null,
    layer: null,
    isBooted: false,
    ...facts,
  });
  return lines.map((line) => `${line}\n`).join('');
}

function deployed(staged: boolean) {
  return propertiesOf({ report: { deployment: { id: ID, staged, bootId: 'x' }, resolution: RESOLUTION } });
}

const OLD_LAYER = new Map([
  ['zsh', '5.9-4'],
  ['vim', '2:9.0.1378-2'],
  ['nano', '7.2-1'],
  ['same', '1'],
]);
const NEW_LAYER = new Map([
  ['same', '1'],
  ['zsh', '5.9-5'],
  ['vim', '2:9.0.1378-1'],
  ['htop', '3.2.2-2'],
]);

test('the package diff has four blocks', () => {
  assertGolden('package-diff', packageDiffLines(OLD_LAYER, NEW_LAYER).join('\n'));
});

test('equal layers have no diff', () => {
  assert.deepEqual(packageDiffLines(OLD_LAYER, OLD_LAYER), []);
});

test('packages of one name and two architectures are told apart', () => {
  const versions = { version: '1', name: 'libc6' };
  const layer = layerOf({
    packages: [
      { ...versions, architecture: 'amd64' },
      { ...versions, architecture: 'i386' },
      { name: 'htop', version: '2', architecture: 'amd64' },
    ],
  });
  assert.deepEqual([...layer.keys()], ['libc6:amd64', 'libc6:i386', 'htop']);
});

test('a dry run shows the impact and the plan', () => {
  const properties = propertiesOf({ report: { impact: IMPACT, resolution: RESOLUTION } });
  assertGolden('dry-run', result({ request: { kind: 'install', stateroot: null, dryRun: true }, properties }));
});

test('many conflicts are counted, not listed', () => {
  const conflicts = Array.from({ length: 30 }, (_, at) => ({ path: `/usr/lib/${at}`, owner: null }));
  const lines = impactLines({ ...IMPACT, conflicts });
  assert.ok(lines.includes('    and 10 more'));
});

test('a staged deployment waits for the reboot', () => {
  const text = result({ properties: deployed(true), isBooted: true, oldLayer: OLD_LAYER, layer: NEW_LAYER });
  assertGolden('result-staged', text);
});

test('a reboot that was asked for is not suggested', () => {
  const request = { kind: 'install', stateroot: null, reboot: true } as const;
  assert.doesNotMatch(result({ request, properties: deployed(true), isBooted: true }), /reboot/);
});

test('a deployment of another sysroot is named', () => {
  assertGolden('result-deployed', result({ properties: deployed(false), oldLayer: new Map(), layer: NEW_LAYER }));
});

test('no change is said in the words of the transaction', () => {
  assert.equal(result({ properties: propertiesOf({ unchanged: 'No change.' }) }), 'No change.\n');
});

test('a download tells its size', () => {
  const properties = propertiesOf({
    report: { fetched: { downloadedBytes: 2_000_000, files: 2 }, resolution: RESOLUTION },
  });
  const text = result({ request: { kind: 'install', stateroot: null, downloadOnly: true }, properties });
  assert.equal(text, 'Downloaded 2.0 MB; 0 packages are ready to be installed.\n');
});

test('a cleanup names what it removed', () => {
  const properties = propertiesOf({ report: { removed: [ID], pruned: { objects: 3, freedBytes: 10 } } });
  assert.equal(result({ request: { kind: 'cleanup', stateroot: null }, properties }), `Removed deployment: ${ID}\n`);
});

test('a rollback of the running system waits for the reboot', () => {
  const text = result({ request: { kind: 'rollback', stateroot: null }, isBooted: true });
  assert.equal(text, 'Changes queued for next boot. Run "systemctl reboot" to start a reboot\n');
  assert.equal(result({ request: { kind: 'rollback', stateroot: null } }), '');
});

test('changed kernel arguments wait for a reboot of the running system', () => {
  const request = { kind: 'kargs', stateroot: null } as const;
  assert.equal(
    result({ request, properties: deployed(true), isBooted: true }),
    'Kernel arguments updated.\nRun "systemctl reboot" to start a reboot\n',
  );
  assert.equal(result({ request, properties: deployed(false) }), `Kernel arguments updated.\nNew deployment: ${ID}\n`);
});

test('the new state of the initramfs is told', () => {
  const request = { kind: 'initramfs', stateroot: null, regenerate: true } as const;
  assert.match(
    result({ request, properties: deployed(true), isBooted: true }),
    /^Initramfs regeneration is now: enabled$/m,
  );
});

test('a pin is told by the index that was given', () => {
  const request = { kind: 'pin', stateroot: null, deployment: '1', pinned: false } as const;
  assert.equal(result({ request }), 'Deployment 1 is now unpinned\n');
});

const UPDATE = {
  checksum: 'd2'.repeat(32) as Checksum,
  version: '12.9',
  timestampSeconds: 1_700_000_000,
  packages: {
    added: [{ name: 'libnew', version: '1' }],
    removed: [],
    changed: [{ name: 'base-files', from: '12.8', to: '12.9' }],
  },
};

test('an available update is shown, with its packages', () => {
  const properties = propertiesOf({ report: { update: UPDATE, resolution: RESOLUTION } });
  assertGolden('available-update', result({ request: { kind: 'upgrade', stateroot: null, check: true }, properties }));
});

test('an upgrade tells what changed in the base and in the layer', () => {
  const properties = propertiesOf({ report: { ...deployed(true).report, update: UPDATE } });
  const facts = { properties, oldLayer: OLD_LAYER, layer: NEW_LAYER, isBooted: true };
  assertGolden('result-upgrade', result({ request: { kind: 'upgrade', stateroot: null }, ...facts }));
});

test('a download of an update says so', () => {
  const request = { kind: 'upgrade', stateroot: null, downloadOnly: true } as const;
  assert.equal(result({ request, properties: propertiesOf({ report: { update: UPDATE } }) }), 'Update downloaded.\n');
});

test('a refresh passes its warning on', () => {
  const properties = propertiesOf({ report: { refreshed: { changed: false, warning: 'one source is not signed' } } });
  const text = result({ request: { kind: 'refresh-md', stateroot: null }, properties });
  assert.equal(text, 'warning: one source is not signed\nPackage indexes are up to date.\n');
});
