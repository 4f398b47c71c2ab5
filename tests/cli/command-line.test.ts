import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ClientRequest } from '../../src/client/client.js';
import { runCli } from './run-cli.js';

const directory = mkdtempSync(join(tmpdir(), 'apt-ostree-cli-'));
const archive = join(directory, 'tool.deb');
writeFileSync(archive, '');
mkdirSync(join(directory, 'folder.deb'));
after(() => rmSync(directory, { recursive: true }));

const PACKAGES = {
  stateroot: null,
  add: [],
  local: [],
  remove: [],
  removeAll: false,
  allowInactive: false,
  idempotent: false,
  dryRun: false,
  plan: null,
  cacheOnly: false,
  downloadOnly: false,
  lockFinalization: false,
  reboot: false,
};
const KARGS = {
  kind: 'kargs',
  stateroot: null,
  existing: null,
  append: [],
  replace: [],
  delete: [],
  appendIfMissing: [],
  deleteIfPresent: [],
  lockFinalization: false,
  reboot: false,
} as const;
const UPDATE = {
  stateroot: null,
  cacheOnly: false,
  downloadOnly: false,
  lockFinalization: false,
  reboot: false,
} as const;
const UPGRADE = { kind: 'upgrade', check: false, allowDowngrade: false, ...UPDATE } as const;
const HASH = 'ab'.repeat(32);

const ACCEPTED: readonly (readonly [string, ClientRequest])[] = [
  ['install htop vim', { kind: 'install', ...PACKAGES, add: ['htop', 'vim'] }],
  ['pkg-add htop', { kind: 'install', ...PACKAGES, add: ['htop'] }],
  [
    'install --uninstall vim htop --uninstall=nano',
    { kind: 'install', ...PACKAGES, add: ['htop'], remove: ['vim', 'nano'] },
  ],
  ['install -rny htop', { kind: 'install', ...PACKAGES, add: ['htop'], reboot: true, dryRun: true }],
  [`install --plan ${HASH} htop`, { kind: 'install', ...PACKAGES, add: ['htop'], plan: HASH }],
  [
    'install -C --idempotent --allow-inactive --lock-finalization htop',
    {
      kind: 'install',
      ...PACKAGES,
      add: ['htop'],
      cacheOnly: true,
      idempotent: true,
      allowInactive: true,
      lockFinalization: true,
    },
  ],
  [`install ${archive} htop`, { kind: 'install', ...PACKAGES, add: ['htop'], local: [archive] }],
  ['install --stateroot debian htop', { kind: 'install', ...PACKAGES, stateroot: 'debian', add: ['htop'] }],
  ['install --os debian htop', { kind: 'install', ...PACKAGES, stateroot: 'debian', add: ['htop'] }],
  ['--sysroot /mnt install htop', { kind: 'install', ...PACKAGES, add: ['htop'] }],
  ['-q --peer install htop', { kind: 'install', ...PACKAGES, add: ['htop'] }],
  ['uninstall htop', { kind: 'uninstall', ...PACKAGES, remove: ['htop'] }],
  ['remove htop --install vim', { kind: 'uninstall', ...PACKAGES, remove: ['htop'], add: ['vim'] }],
  ['pkg-remove --all', { kind: 'uninstall', ...PACKAGES, removeAll: true }],
  [
    'deploy version=12.7 -r',
    {
      kind: 'deploy',
      stateroot: null,
      revision: 'version=12.7',
      cacheOnly: false,
      lockFinalization: false,
      reboot: true,
    },
  ],
  ['rollback --reboot', { kind: 'rollback', stateroot: null, reboot: true }],
  ['cleanup -bprm', { kind: 'cleanup', stateroot: null, base: true, pending: true, rollback: true, metadata: true }],
  ['kargs --append=a=1 --append b --delete c', { ...KARGS, append: ['a=1', 'b'], delete: ['c'] }],
  [
    'kargs --replace=a=1=2 --append-if-missing x --delete-if-present y --lock-finalization --reboot',
    {
      ...KARGS,
      replace: ['a=1=2'],
      appendIfMissing: ['x'],
      deleteIfPresent: ['y'],
      lockFinalization: true,
      reboot: true,
    },
  ],
  ['kargs --deploy-index 1 --append a', { ...KARGS, existing: 'kargs of "1"', append: ['a'] }],
  [
    'initramfs --enable --arg=-I --arg=/etc/x -r',
    {
      kind: 'initramfs',
      stateroot: null,
      regenerate: true,
      args: ['-I', '/etc/x'],
      lockFinalization: false,
      reboot: true,
    },
  ],
  [
    'initramfs --disable',
    { kind: 'initramfs', stateroot: null, regenerate: false, args: [], lockFinalization: false, reboot: false },
  ],
  ['pin 1', { kind: 'pin', stateroot: null, deployment: '1', pinned: true }],
  ['unpin 1', { kind: 'pin', stateroot: null, deployment: '1', pinned: false }],
  ['upgrade', UPGRADE],
  ['update -r -C --allow-downgrade', { ...UPGRADE, reboot: true, cacheOnly: true, allowDowngrade: true }],
  ['upgrade --check', { ...UPGRADE, check: true }],
  ['upgrade --preview', { ...UPGRADE, check: true }],
  ['upgrade --download-only --lock-finalization', { ...UPGRADE, downloadOnly: true, lockFinalization: true }],
  ['rebase vendor:debian/13', { kind: 'rebase', refspec: 'vendor:debian/13', ...UPDATE }],
  [
    `finalize-deployment ${HASH}`,
    { kind: 'finalize', stateroot: null, checksum: HASH, allowUnlocked: false, reboot: true },
  ],
  [
    'finalize-deployment --allow-missing-checksum --allow-unlocked --no-reboot',
    { kind: 'finalize', stateroot: null, checksum: null, allowUnlocked: true, reboot: false },
  ],
  ['refresh-md -f', { kind: 'refresh-md', stateroot: null, force: true }],
];

for (const [line, request] of ACCEPTED) {
  test(`"${line.replaceAll(directory, '…')}" asks for what it says`, async () => {
    const { status, err, asked } = await runCli(line.split(' '));
    assert.equal(err, '');
    assert.equal(status, 0);
    assert.deepEqual(asked.requests, [request]);
    assert.equal(asked.closed, 1);
  });
}

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^error: cannot run: no command given; try 'apt-ostree --help'$/],
  [['frob'], /^error: cannot run 'frob': unknown command; try 'apt-ostree --help'$/],
  [['constructor'], /unknown command/],
  [['journal'], /no subcommand given, there are list, show, follow, verify/],
  [['journal', 'frob'], /unknown subcommand 'frob'/],
  [['install'], /an argument is missing; try 'apt-ostree install --help'$/],
  [['install', '--frob', 'htop'], /unknown option '--frob'; try 'apt-ostree install --help'$/],
  [['install', '--frob7', 'htop'], /unknown option '--frob7'/],
  [['install', 'htop', '-Z'], /unknown option '-Z'/],
  [['install', 'htop', '--plan'], /option '--plan' needs a value/],
  [['install', 'htop', '--plan', 'xyz'], /"xyz" is not a plan hash/],
  [['install', 'Ht op'], /cannot use "Ht op" as a package name/],
  [['install', '../x\ud800'], /no such file|UTF-8/],
  [['install', 'h\ufffdtop'], /argument 2 is not valid UTF-8$/],
  [['install', './none.deb'], /cannot read the package \.\/none\.deb: no such file$/],
  [['install', join(directory, 'folder.deb')], /not a regular file$/],
  [['install', 'https://example.org/x.deb'], /download it first/],
  [['install', '--stateroot', '../x', 'htop'], /as the name of a stateroot$/],
  [['uninstall'], /cannot uninstall: no package named$/],
  [['kargs', '--append', 'a b'], /cannot use "a b" as a kernel argument$/],
  [['kargs', '--append', 'ostree=/x'], /as a kernel argument$/],
  [['kargs', '--import-proc-cmdline', '--deploy-index', '1'], /exclude each other$/],
  [['initramfs', '--enable', '--disable'], /exclude each other$/],
  [['initramfs', '--arg=x'], /--arg needs --enable$/],
  [['initramfs', '--enable', '--arg=a;b'], /cannot use "a;b" as an argument of dracut$/],
  [['pin'], /an argument is missing/],
  [['upgrade', '-C', '--download-only'], /cache-only and download-only exclude each other$/],
  [['rebase', 'a b'], /cannot use "a b" as a refspec: REMOTE:BRANCH or BRANCH$/],
  [['finalize-deployment'], /give the checksum that is expected, or --allow-missing-checksum$/],
  [['finalize-deployment', 'abc'], /cannot use "abc" as a commit checksum$/],
  [['deploy'], /an argument is missing/],
  [['deploy', 'one', 'two'], /unexpected argument 'two'/],
  [['cleanup'], /at least one cleanup option must be specified$/],
  [['status', '--json', '-J', '$'], /exclude each other$/],
  [['status', '-J', 'x'], /cannot read the JSONPath/],
  [['history', '--since', 'never'], /as a time/],
  [['history', '--uid', 'nobody-has-this-name'], /cannot find user/],
  [['history', '--outcome', 'good'], /there are created, in-progress/],
  [['history', '--limit', '10001'], /give 1 to 10000$/],
  [['journal', 'show', 'xyz'], /not the beginning of a transaction id$/],
  [['journal', 'show', '0193'], /cannot find transaction 0193$/],
];

for (const [argv, expected] of REFUSED) {
  test(`${JSON.stringify(argv)} is refused in one line on stderr`, async () => {
    const { status, out, err, asked } = await runCli(argv);
    assert.equal(status, 1);
    assert.equal(out, '');
    assert.match(err, /^error: [^\n]+\n$/);
    assert.match(err.trimEnd(), expected);
    assert.deepEqual(asked.requests, []);
  });
}

test('the daemon is told who connects, for what, and where its program lies', async () => {
  const { asked } = await runCli(
    ['install', '--sysroot', '/a/../b', '--peer', 'htop'],
    {},
    { env: { APT_OSTREE_CLIENT_ID: 'test' } },
  );
  assert.deepEqual(asked.options, [
    {
      sysroot: '/b',
      peer: true,
      clientId: 'test',
      commandLine: 'install htop',
      daemonProgram: '/nonexistent/apt-ostreed',
    },
  ]);
});

test('a command line with spaces and quotes can be pasted into a shell', async () => {
  const { asked } = await runCli(['deploy', "it's 12 $x"]);
  assert.equal(asked.options[0]?.commandLine, `deploy 'it'\\''s 12 $x'`);
});
