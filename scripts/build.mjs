// Type-checks and compiles everything into build/ (what tests and benchmarks run), then bundles each program into one
// file in dist/ (what users run). Skipped when no input changed since the last build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
process.chdir(ROOT);

/** Program name in dist/ → its entry file and the node flags of its first line. */
const PROGRAMS = {
  'apt-ostree': { entry: 'src/cli/main.ts', flags: '' },
  'apt-ostreed': { entry: 'src/daemon/main.ts', flags: ' --max-semi-space-size=1' },
  'apt-ostree-executor': { entry: 'src/executor/main.ts', flags: '' },
  'apt-ostree-compose': { entry: 'src/compose/main.ts', flags: '' },
};
const INPUTS = ['src', 'tests', 'bench', 'migrations', 'polkit', 'dbus-1', 'systemd', 'treefiles', 'scripts/build.mjs'];
const STAMP = 'build/.stamp';
/** koffi looks for its native part below `process.resourcesPath` (Electron's name for it), too. */
const KOFFI_BESIDE_THE_BUNDLE = 'process.resourcesPath ??= __dirname;';

const digest = digestOf(['package-lock.json', 'tsconfig.json', ...INPUTS.flatMap(filesBelow)]);
if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== digest) {
  rmSync('build', { recursive: true, force: true });
  rmSync('dist', { recursive: true, force: true });
  compile();
  await bundle();
  await writeManual();
  writeFileSync(STAMP, digest);
}

function compile() {
  const tsc = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.json'], { stdio: ['ignore', 2, 2] });
  if (tsc.status !== 0) process.exit(1);
}

async function bundle() {
  const { build } = await import('esbuild');
  mkdirSync('dist', { recursive: true });
  // the bundles are CommonJS, whatever the package around them says
  writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
  const require = createRequire(import.meta.url);
  for (const [name, { entry, flags }] of Object.entries(PROGRAMS)) {
    if (!existsSync(entry)) continue;
    await build({
      entryPoints: [entry],
      outfile: `dist/${name}`,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      minifySyntax: true,
      legalComments: 'none',
      logLevel: 'warning',
      external: ['x11', 'usocket'],
      // koffi's ES module entry finds its native part through import.meta.url, which a CommonJS bundle does not have
      alias: { koffi: require.resolve('koffi') },
      define: { 'process.env.NODE_ENV': '"production"' },
      banner: { js: `#!/usr/bin/env -S node${flags}\n${KOFFI_BESIDE_THE_BUNDLE}` },
    });
    chmodSync(`dist/${name}`, 0o755);
  }
  copyNative(require);
  for (const data of ['migrations', 'treefiles', 'polkit', 'dbus-1', 'systemd'])
    cpSync(data, `dist/${data}`, { recursive: true });
}

/** Manual pages, completion and configuration come from the tables of the programs. */
async function writeManual() {
  const { manualFiles } = await import('../build/src/manual/files.js');
  for (const [path, text] of Object.entries(await manualFiles())) {
    mkdirSync(dirname(`dist/${path}`), { recursive: true });
    writeFileSync(`dist/${path}`, text);
  }
}

/** Native parts lie where the bundled packages look for them. */
function copyNative(require) {
  copyFileSync(
    `${dirname(require.resolve('better-sqlite3/package.json'))}/build/Release/better_sqlite3.node`,
    'dist/better_sqlite3.node',
  );
  const triplet = `${process.platform}_${process.arch}`;
  const koffi = require.resolve(`@koromix/koffi-${process.platform}-${process.arch}/${triplet}/koffi.node`);
  mkdirSync(`dist/koffi/${triplet}`, { recursive: true });
  copyFileSync(koffi, `dist/koffi/${triplet}/koffi.node`);
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(`${path}/${name}`));
}

function digestOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
