// The main job on a scratch sysroot, visibly: a package goes in, the daemon is killed in the middle of the next one and
// finishes it by itself, the machine rolls back, and the journal tells what happened. Leaves the sysroot to play with.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const CLI = 'dist/apt-ostree';
const CACHE = 'scratch/cache';
const REPO = `${CACHE}/repo`;
const SYSROOT = `${process.cwd()}/scratch/sysroot`;
const TREEFILE = 'treefiles/debian-12-minimal.yaml';
const BOLD = process.stdout.isTTY ? ['\x1b[1m', '\x1b[0m'] : ['', ''];

if (process.getuid() !== 0) fail('cannot make a sysroot: run this as root');
await story();

async function story() {
  const startedAt = Date.now();
  chapter('1. A Debian 12 base image, composed from a treefile into an OSTree commit');
  mkdirSync(CACHE, { recursive: true });
  show(['compose', 'tree', TREEFILE, '--repo', REPO, '--cachedir', `${CACHE}/compose`, '--no-parent']);

  chapter('2. A sysroot that boots it');
  removeSysroot();
  const ref = output(['ostree', `--repo=${REPO}`, 'refs', '--list', 'debian'])
    .trim()
    .split('\n')[0];
  show(['compose', 'sysroot', SYSROOT, '--repo', REPO, '--ref', ref, '--karg', 'root=LABEL=root', '--karg', 'rw']);

  const { startBus } = await import('../build/tests/dbus/private-bus.js');
  const { PolkitWorld } = await import('../build/tests/dbus/polkit-world.js');
  const bus = await startBus();
  const polkit = await PolkitWorld.start(bus, '');
  process.env.DBUS_SYSTEM_BUS_ADDRESS = bus.address;
  let daemon = await startDaemon(bus);
  try {
    chapter('3. A package goes in: command line → D-Bus → polkit → transaction → journal → executor → dpkg → OSTree');
    show(['status']);
    show(['install', 'htop']);
    say('It runs inside the new deployment:');
    inDeployment('htop --version');

    chapter('4. Not everybody may: polkit is asked about the caller');
    refused(['install', 'vim'], { user: 'nobody', bus });

    chapter('5. Another package goes in, and the daemon is killed (kill -9) in the middle of it');
    daemon = await killedInTheMiddle(daemon, bus, 'nginx-light');
    show(['status']);
    inDeployment('nginx -v');

    chapter('6. Back to the deployment before');
    show(['rollback']);
    show(['status']);

    chapter('7. What happened? The journal knows');
    show(['history']);
    show(['journal', 'show', latest('install', 'nginx-light')]);
    show(['journal', 'verify']);
  } finally {
    await ended(daemon, 'SIGTERM');
    await polkit.stop();
    await bus.stop();
  }
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  say(`\nDone in ${seconds} s. The sysroot is in scratch/sysroot; play with it as root:`);
  say(`  dist/apt-ostree --sysroot scratch/sysroot status`);
  say(`  dist/apt-ostree --sysroot scratch/sysroot install --dry-run vim`);
  say(`  dist/apt-ostree --sysroot scratch/sysroot journal list`);
}

async function killedInTheMiddle(daemon, bus, name) {
  say(`$ apt-ostree install ${name} &`);
  const install = spawn(CLI, ['install', name, '--sysroot', SYSROOT], { stdio: 'inherit' });
  const left = new Promise((resolve) => install.once('exit', resolve));
  while (!latestEvent().endsWith('performing:3')) await sleep(15);
  say('\n*** kill -9 of the daemon, while dpkg is at work ***\n');
  daemon.kill('SIGKILL');
  await left;
  say('\nThe daemon is started again; it reads its journal and goes on by itself:');
  const restarted = await startDaemon(bus);
  while (JSON.parse(output([CLI, 'status', '--json', '--sysroot', SYSROOT])).transaction !== null) await sleep(100);
  return restarted;
}

async function startDaemon(bus) {
  const args = ['--sysroot', SYSROOT, '--socket-directory', `${bus.directory}/run`, '--log-level', 'error'];
  const daemon = spawn('dist/apt-ostreed', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = new Promise((resolve) => daemon.once('exit', () => resolve(true)));
  while (spawnSync(CLI, ['status', '--sysroot', SYSROOT], { stdio: 'ignore' }).status !== 0)
    if (await Promise.race([gone, sleep(50, false)])) fail('cannot go on: the daemon ended');
  return daemon;
}

/** Runs the command line as a user would, and shows both. */
function show(args) {
  say(`$ apt-ostree ${args.join(' ').replaceAll(`${process.cwd()}/`, '')}`);
  const argv = args[0] === 'compose' ? args : [...args, '--sysroot', SYSROOT];
  const { status } = spawnSync(CLI, argv, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) fail(`cannot go on: the command ended with status ${status}`);
  say('');
}

/** The same by a user who may not; the checkout need not be readable to that user, so the program is copied. */
function refused(args, { user, bus }) {
  say(`$ (as ${user}) apt-ostree ${args.join(' ')}`);
  const program = `${bus.directory}/apt-ostree`;
  copyFileSync(CLI, program);
  const argv = [`--reuid=${user}`, '--regid=nogroup', '--clear-groups', program, ...args, '--sysroot', SYSROOT];
  const { status, stderr } = spawnSync('setpriv', argv, {
    cwd: '/',
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  process.stdout.write(stderr);
  const isRefusal = stderr.startsWith('error: cannot install') && stderr.includes('org.projectatomic.aptostree.');
  if (status !== 1 || !isRefusal) fail('cannot go on: that should have been refused');
  say('');
}

/** Runs a command in the first deployment's files. */
function inDeployment(command) {
  const { deployments } = JSON.parse(output([CLI, 'status', '--json', '--sysroot', SYSROOT]));
  const { osname, checksum, serial } = deployments[0];
  const root = `${SYSROOT}/ostree/deploy/${osname}/deploy/${checksum}.${serial}`;
  say(`$ chroot DEPLOYMENT ${command}`);
  if (spawnSync('chroot', [root, ...command.split(' ')], { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0)
    fail('cannot go on: the package does not run');
  say('');
}

function latest(kind, name) {
  const lines = output([CLI, 'history', '--kind', kind, '--package', name, '--json', '--sysroot', SYSROOT])
    .trim()
    .split('\n');
  return JSON.parse(lines[0]).id;
}

function latestEvent() {
  const lines = output([CLI, 'journal', 'list', '--json', '--limit', '1000', '--sysroot', SYSROOT]).trim().split('\n');
  return JSON.parse(lines.at(-1)).state;
}

function removeSysroot() {
  if (!existsSync(SYSROOT)) return;
  // deployments are immutable directories
  spawnSync('chattr', ['-R', '-i', `${SYSROOT}/ostree/deploy`], { stdio: 'ignore' });
  rmSync(SYSROOT, { recursive: true, force: true });
}

async function ended(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exited;
}

function output([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) fail(`cannot go on: ${command} ${args.join(' ')}: ${stderr.trim()}`);
  return stdout;
}

function chapter(title) {
  process.stdout.write(`\n${BOLD[0]}${title}${BOLD[1]}\n\n`);
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function fail(text) {
  process.stderr.write(`error: ${text}\n`);
  process.exit(1);
}
