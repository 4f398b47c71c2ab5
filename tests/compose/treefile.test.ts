import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadTreefile } from '../../src/compose/treefile.js';
import { TREEFILE } from '../machine/base.js';

const directory = mkdtempSync(join(tmpdir(), 'treefile-'));
after(() => rmSync(directory, { recursive: true }));

const MINIMAL = 'ref: debian/x\nsuite: bookworm\n';

function write(text: string, name = 'tree.yaml'): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}

const load = (text: string) => loadTreefile(write(text), 'amd64');

function refused(text: string, pattern: RegExp): void {
  assert.throws(() => load(text), { code: 'invalid-treefile', message: pattern });
}

test('reads the shipped treefile', () => {
  const { ref, packages, variant } = loadTreefile(TREEFILE, 'amd64');
  assert.deepEqual([ref, variant], ['debian/12/amd64/minimal', 'minbase']);
  assert.ok(packages.includes('linux-image-cloud-amd64'));
});

test('chooses defaults for all but ref and suite', () => {
  const tree = load(MINIMAL);
  assert.deepEqual([tree.variant, tree.components, tree.mirrors, tree.recommends], ['minbase', ['main'], null, false]);
  assert.deepEqual([tree.machineIdCompat, tree.tmpIsDirectory, tree.documentation], [true, true, true]);
});

test('reads JSON too', () => {
  assert.equal(load('{"ref": "a/b", "suite": "sid"}').ref, 'a/b');
});

test('names the file and the key of what it cannot use', () => {
  refused(`${MINIMAL}packges: [vim]\n`, /tree\.yaml: unknown key "packges"$/);
  refused(`${MINIMAL}packages: vim\n`, /tree\.yaml: key "packages" must be a list of texts$/);
  refused(`${MINIMAL}packages: [1]\n`, /key "packages" must be a list of texts$/);
  refused(`${MINIMAL}recommends: "no"\n`, /key "recommends" must be true or false$/);
  refused(`${MINIMAL}add-files: [[a]]\n`, /key "add-files" must be a list of pairs/);
  refused(`${MINIMAL}variables: [x]\n`, /key "variables" must be a map of texts$/);
  refused(`${MINIMAL}mirrors: [{url: x}]\n`, /key "mirrors" must be .* and has "url"$/);
  refused(`${MINIMAL}variant: huge\n`, /key "variant" names no known variant: "huge"$/);
  refused(`${MINIMAL}packages: ["--force"]\n`, /key "packages" has "--force", which is no package name$/);
  refused(`ref: "../x"\nsuite: s\n`, /key "ref" is no valid ref/);
  refused('suite: bookworm\n', /key "ref" is missing$/);
  refused('ref: a\n', /key "suite" is missing$/);
  refused(`${MINIMAL}basearch: arm64\n`, /key "basearch" is arm64, and this machine can compose amd64 only$/);
});

test('tells the line of broken YAML', () => {
  refused('ref: a\nsuite: "unclosed\n', /^cannot read treefile .*tree\.yaml: line \d+: /);
  refused('- a\n- b\n', /it must be a map of keys$/);
  refused('ref: a\nref: b\n', /line 2: /);
});

/** `${name}`, as it stands in a treefile. */
const use = (name: string) => `\${${name}}`;

test('puts variables in everywhere but in scripts', () => {
  const lines = [
    'variables: {release: 12}',
    `ref: debian/${use('release')}/${use('basearch')}`,
    'suite: bookworm',
    `packages: ["linux-image-${use('basearch')}"]`,
    `postprocess: ["echo ${use('HOME')}"]`,
  ];
  const { ref, packages, postprocess } = load(`${lines.join('\n')}\n`);
  assert.deepEqual([ref, packages, postprocess], ['debian/12/amd64', ['linux-image-amd64'], [`echo ${use('HOME')}`]]);
  refused(`ref: "${use('nothing')}"\nsuite: s\n`, /key "ref" uses the unknown variable "nothing"$/);
});

test('takes packages of this architecture, several in one text', () => {
  const tree = load(`${MINIMAL}packages-amd64: [grub-pc]\npackages: [vim less, htop]\npackages-arm64: [u-boot]\n`);
  assert.deepEqual([...tree.packages].sort(), ['grub-pc', 'htop', 'less', 'vim']);
});

test('merges includes: lists add up, maps are laid over each other, the including file has the last word', () => {
  write(
    'ref: base\nsuite: bookworm\npackages: [a1]\nrecommends: true\nadd-commit-metadata: {x: "1", y: "1"}\n',
    'base.yaml',
  );
  write('include: base.yaml\npackages: [b1]\nadd-files: [[local.conf, /etc/local.conf]]\n', 'middle.yaml');
  const tree = load('include: [middle.yaml]\nref: top\npackages: [c1]\nadd-commit-metadata: {y: "2"}\n');
  assert.deepEqual([tree.ref, tree.suite, tree.recommends], ['top', 'bookworm', true]);
  assert.deepEqual(tree.packages, ['a1', 'b1', 'c1']);
  assert.deepEqual(tree.metadata, { x: '1', y: '2' });
  assert.deepEqual(tree.addFiles, [[join(directory, 'local.conf'), '/etc/local.conf']]);
});

test('refuses an include cycle and a file that is not there', () => {
  write('include: two.yaml\n', 'one.yaml');
  write('include: one.yaml\n', 'two.yaml');
  refused(`${MINIMAL}include: one.yaml\n`, /one\.yaml: it includes itself by way of .*two\.yaml$/);
  refused(`${MINIMAL}include: tree.yaml\n`, /it includes itself/);
  refused(`${MINIMAL}include: gone.yaml\n`, /gone\.yaml included by .*tree\.yaml: ENOENT$/);
});

test('takes a file that two others include for no cycle', () => {
  write('packages: [shared]\n', 'shared.yaml');
  write('include: shared.yaml\n', 'left.yaml');
  write('include: shared.yaml\n', 'right.yaml');
  assert.deepEqual(load(`${MINIMAL}include: [left.yaml, right.yaml]\n`).packages, ['shared']);
});
