// Puts dist/ and Node into a Debian package: build/deb/apt-ostree_VERSION_ARCHITECTURE.deb. The same sources, Node and
// dpkg give the same bytes. `--version V` is for tests that upgrade. Skipped when nothing changed since the last time.
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
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const PACKAGE = 'apt-ostree';
const MANIFEST = JSON.parse(readFileSync('package.json', 'utf8'));
const OPTIONS = parseArgs({ options: { version: { type: 'string' } } }).values;
const VERSION = OPTIONS.version ?? MANIFEST.version;
/** A minute of work makes it a third smaller: not for a test. */
const COMPRESSION = OPTIONS.version === undefined ? ['-Zxz'] : ['-Zgzip', '-z1'];
const ARCHITECTURE = output('dpkg', ['--print-architecture']).trim();
/** When the sources were as they are; files in the package are not younger. */
const EPOCH = process.env.SOURCE_DATE_EPOCH ?? (output('git', ['log', '-1', '--format=%ct']).trim() || '0');
const ENV = { ...process.env, SOURCE_DATE_EPOCH: EPOCH, LC_ALL: 'C.UTF-8' };

const OUTPUT = 'build/deb';
const STAGE = `${OUTPUT}/${PACKAGE}`;
const DEB = `${OUTPUT}/${PACKAGE}_${VERSION}_${ARCHITECTURE}.deb`;
/** Not called node: that is another package's, and `ps` shows this name. */
const NODE = `/usr/lib/${PACKAGE}/${PACKAGE}-node`;
const PROGRAMS = ['apt-ostree', 'apt-ostreed', 'apt-ostree-executor', 'apt-ostree-compose'];
/** In dist/ → in the package. */
const DATA = {
  'package.json': `usr/lib/${PACKAGE}/package.json`,
  migrations: `usr/lib/${PACKAGE}/migrations`,
  treefiles: `usr/share/${PACKAGE}/treefiles`,
  'apt-ostreed.conf': 'etc/apt-ostreed.conf',
  'completions/apt-ostree': 'usr/share/bash-completion/completions/apt-ostree',
  'systemd/apt-ostreed.service': 'lib/systemd/system/apt-ostreed.service',
  'systemd/apt-ostree-booted.service': 'lib/systemd/system/apt-ostree-booted.service',
  'dbus-1/org.projectatomic.aptostree1.conf': 'usr/share/dbus-1/system.d/org.projectatomic.aptostree1.conf',
  'dbus-1/org.projectatomic.aptostree1.service':
    'usr/share/dbus-1/system-services/org.projectatomic.aptostree1.service',
  'polkit/org.projectatomic.aptostree.policy': 'usr/share/polkit-1/actions/org.projectatomic.aptostree.policy',
};
const MANUAL = ['apt-ostree.1', 'apt-ostreed.8', 'apt-ostreed.conf.5'];
/** Native parts, relative to dist/ and to the package's directory of programs. */
const NATIVE = ['better_sqlite3.node', ...filesBelow('dist/koffi').map((path) => path.slice('dist/'.length))];

const digest = digestOf([...filesBelow('dist'), ...filesBelow('debian'), 'scripts/deb.mjs', 'package-lock.json']);
if (!existsSync(DEB) || !existsSync(`${DEB}.stamp`) || readFileSync(`${DEB}.stamp`, 'utf8') !== digest) {
  rmSync(STAGE, { recursive: true, force: true });
  stagePrograms();
  for (const [from, to] of Object.entries(DATA)) install(`dist/${from}`, to);
  for (const name of MANUAL) compressed(`usr/share/man/man${name.at(-1)}/${name}.gz`, readFileSync(`dist/man/${name}`));
  stageDocuments();
  stageControl();
  normalizeModes(STAGE);
  run('dpkg-deb', ['--root-owner-group', ...COMPRESSION, '--build', STAGE, DEB]);
  rmSync(STAGE, { recursive: true });
  writeFileSync(`${DEB}.stamp`, digest);
}
console.log(`${DEB} (${(statSync(DEB).size / 1e6).toFixed(1)} MB)`);

/** Programs run on the Node that they were tested with, whatever else the machine has. */
function stagePrograms() {
  const directory = `usr/lib/${PACKAGE}`;
  for (const name of PROGRAMS) {
    const text = readFileSync(`dist/${name}`, 'utf8').replace(/^#!\/usr\/bin\/env -S node/, `#!${NODE}`);
    if (!text.startsWith(`#!${NODE}`)) fail(`dist/${name} has another first line than the build writes`);
    write(`${directory}/${name}`, text, 0o755);
  }
  mkdirSync(`${STAGE}/usr/bin`, { recursive: true });
  for (const name of ['apt-ostree', 'apt-ostreed'])
    symlinkSync(`../lib/${PACKAGE}/${name}`, `${STAGE}/usr/bin/${name}`);
  install(process.execPath, NODE.slice(1), 0o755);
  for (const path of NATIVE) install(`dist/${path}`, `${directory}/${path}`, 0o644);
  run('strip', ['--strip-unneeded', '--remove-section=.comment', ...binaries()]);
}

/** What is compiled. */
function binaries() {
  return [`${STAGE}${NODE}`, ...NATIVE.map((path) => `${STAGE}/usr/lib/${PACKAGE}/${path}`)];
}

function stageDocuments() {
  const directory = `usr/share/doc/${PACKAGE}`;
  install('debian/copyright', `${directory}/copyright`);
  compressed(`${directory}/changelog.gz`, changelog());
  compressed(`${directory}/third-party.gz`, thirdParty());
  install('debian/lintian-overrides', `usr/share/lintian/overrides/${PACKAGE}`);
}

function changelog() {
  const text = readFileSync('debian/changelog', 'utf8');
  if (text.startsWith(`${PACKAGE} (${VERSION})`)) return text;
  if (VERSION === MANIFEST.version) fail(`debian/changelog does not begin with version ${VERSION}`);
  const date = output('date', ['--utc', '--rfc-email', `--date=@${EPOCH}`]).trim();
  const [maintainer] = /^ -- .*>/m.exec(text) ?? fail('debian/changelog has no maintainer');
  return `${PACKAGE} (${VERSION}) bookworm; urgency=medium\n\n  * Built for a test.\n\n${maintainer}  ${date}\n\n${text}`;
}

/** The licenses of Node and of every npm package that the programs may have been bundled from. */
function thirdParty() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const texts = Object.entries(packages).flatMap(([path, { dev, version, license }]) => {
    if (path === '' || dev || !existsSync(path)) return [];
    const files = readdirSync(path).filter((name) => /^licen[cs]e/i.test(name) && statSync(join(path, name)).isFile());
    const text = files.map((name) => readFileSync(join(path, name), 'utf8').trim()).join('\n\n');
    return [chapter(`${path.replace(/^.*node_modules\//, '')} ${version} (${license})`, text)];
  });
  return [chapter(`Node.js ${process.versions.node}`, nodeLicense()), ...texts].join('\n');
}

function nodeLicense() {
  const prefix = dirname(dirname(process.execPath));
  const file = [`${prefix}/share/doc/nodejs/LICENSE`, `${prefix}/LICENSE`].find((path) => existsSync(path));
  return readFileSync(file ?? fail(`Node's LICENSE is not beside ${process.execPath}`), 'utf8').trim();
}

function chapter(title, text) {
  return `${title}\n${'='.repeat(title.length)}\n\n${text}\n`;
}

/** Dependencies on libraries are found in the programs themselves. */
function stageControl() {
  for (const name of ['postinst', 'prerm', 'postrm']) install(`debian/${name}`, `DEBIAN/${name}`, 0o755);
  install('debian/conffiles', 'DEBIAN/conffiles');
  const substvars = `-T${OUTPUT}/substvars`;
  rmSync(`${OUTPUT}/substvars`, { force: true });
  run('dpkg-shlibdeps', [substvars, '--warnings=0', ...binaries().map((path) => `-e${path}`)]);
  const files = `-f${OUTPUT}/files`;
  run('dpkg-gencontrol', [substvars, files, `-p${PACKAGE}`, `-v${VERSION}`, `-P${STAGE}`, `-O${STAGE}/DEBIAN/control`]);
  const sums = filesBelow(STAGE)
    .map((path) => path.slice(STAGE.length + 1))
    .filter((path) => !path.startsWith('DEBIAN/') && !readFileSync('debian/conffiles', 'utf8').includes(`/${path}\n`))
    .map(
      (path) =>
        `${createHash('md5')
          .update(readFileSync(`${STAGE}/${path}`))
          .digest('hex')}  ${path}\n`,
    );
  write('DEBIAN/md5sums', sums.join(''));
}

/** Whatever the umask of whoever builds. */
function normalizeModes(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isSymbolicLink()) continue;
    chmodSync(inner, entry.isDirectory() || statSync(inner).mode & 0o100 ? 0o755 : 0o644);
    if (entry.isDirectory()) normalizeModes(inner);
  }
}

function install(from, to, mode = null) {
  mkdirSync(dirname(`${STAGE}/${to}`), { recursive: true });
  if (statSync(from).isDirectory()) cpSync(from, `${STAGE}/${to}`, { recursive: true });
  else copyFileSync(from, `${STAGE}/${to}`);
  if (mode !== null) chmodSync(`${STAGE}/${to}`, mode);
}

function write(to, text, mode = 0o644) {
  mkdirSync(dirname(`${STAGE}/${to}`), { recursive: true });
  writeFileSync(`${STAGE}/${to}`, text);
  chmodSync(`${STAGE}/${to}`, mode);
}

/** gzip without a name or a time. */
function compressed(to, text) {
  write(to, gzipSync(text, { level: 9 }));
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .flatMap(({ name }) => filesBelow(`${path}/${name}`))
    .sort();
}

function digestOf(files) {
  const hash = createHash('sha256').update(`${process.version} ${process.execPath} ${VERSION} ${EPOCH}\0`);
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function output(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] });
  return status === 0 ? stdout : '';
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], env: ENV });
  if (error) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) fail(`cannot build the package: ${command} ended with status ${status}`);
}

function fail(text) {
  process.stderr.write(`error: ${text}\n`);
  process.exit(1);
}
