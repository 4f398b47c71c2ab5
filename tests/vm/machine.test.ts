// The life of a machine with apt-ostree, from the first boot on: driven from outside as its administrator would.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after } from 'node:test';
import { Administrator } from './administrator.js';
import { ARCHIVE_DISK, composeBaseDisk, copyOfDisk, makeArchiveDisk } from './disks.js';
import { EARLY_USERS, SERVICES } from './packages.js';
import { scenario } from './scenarios.js';
import { VirtualMachine } from './virtual-machine.js';

const [FIRST_USER, SECOND_USER] = EARLY_USERS;

let disk = '';
let machine: VirtualMachine;
let admin: Administrator;
/** Of the service's user, when it first ran. */
let serviceIds = '';
/** That runs before the upgrade. */
let kernelBefore = '';

after(async () => {
  await machine?.[Symbol.asyncDispose]();
  rmSync(disk, { force: true });
});

async function boot(firmware: 'bios' | 'uefi'): Promise<void> {
  machine = await VirtualMachine.start({ disk, archive: ARCHIVE_DISK, name: 'machine', firmware });
  admin = new Administrator(machine);
}

scenario('the shipped treefile and package become a disk', async () => {
  await composeBaseDisk();
  await makeArchiveDisk();
  disk = copyOfDisk('machine');
});

scenario('it boots by BIOS, and nothing failed', async () => {
  await boot('bios');
  const state = (await machine.run('systemctl is-system-running --wait')).output.trim();
  assert.equal(state, 'running', await admin.types('systemctl --failed --no-legend'));
});

scenario('the boot is recorded, and the daemon that did it ends when nobody needs it', async () => {
  await admin.waitsUntil('journalctl -b -u apt-ostree-booted -o cat | grep -q "● test/amd64/machine"');
  await admin.waitsUntil('systemctl is-active apt-ostreed | grep -x inactive');
});

scenario('the next question on the bus starts it again, and status tells of one deployment', async () => {
  assert.deepEqual(await admin.deployments(), ['booted']);
  assert.match(await admin.types('apt-ostree status'), /^● test\/amd64\/machine/m);
  await admin.types('systemctl is-active apt-ostreed');
});

scenario('a user is refused by the polkit of the machine', async () => {
  await admin.types('useradd --create-home alice');
  const said = await admin.isRefused('runuser -u alice -- apt-ostree install greeter');
  assert.match(said, /org\.projectatomic\.aptostree\.install-uninstall-packages/);
  assert.match(await admin.types('runuser -u alice -- apt-ostree status'), /^● /m);
  assert.deepEqual(await admin.history(), []);
});

scenario('an install is staged, and the running system stays as it is', async () => {
  await admin.usesTheArchive('first');
  await admin.types('echo of the first > /etc/motd');
  const said = await admin.types(`apt-ostree install ${SERVICES.join(' ')}`);
  assert.match(said, /Changes queued for next boot/);
  assert.deepEqual(await admin.deployments(), ['staged', 'booted']);
  await admin.isRefused('memcached --version');
  assert.deepEqual(
    (await admin.history()).map(({ booted }) => booted),
    ['pending'],
  );
});

scenario('after a reboot the packages run, and the journal says that it booted', async () => {
  await machine.reboot();
  assert.match(await admin.types('memcached --version'), /^memcached 1/);
  assert.deepEqual(await admin.deployments(), ['booted', '']);
  assert.deepEqual(
    (await admin.history()).map(({ state, booted }) => `${state} ${booted}`),
    ['Committed booted-it'],
  );
  await admin.verifiesTheJournal();
});

scenario('local edits of /etc and accounts were kept', async () => {
  assert.equal(await admin.types('cat /etc/motd'), 'of the first\n');
  assert.match(await admin.types('id alice'), /\(alice\)/);
  assert.equal((await admin.types('stat -c %U /home/alice')).trim(), 'alice');
});

scenario('dpkg answers for the booted deployment', async () => {
  assert.match(await admin.types('dpkg -l memcached nginx-light | grep -c ^ii'), /^2$/m);
  const { output } = await machine.run('dpkg --verify');
  const wrong = output.split('\n').filter((line) => line !== '' && !/ \/boot\/| c \/etc\//.test(line));
  assert.deepEqual(wrong, []);
});

scenario('services of the packages serve, one with a user of its own', async () => {
  await admin.waitsUntil('systemctl is-active nginx memcached');
  const get = 'exec 4<>/dev/tcp/127.0.0.1/80; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&4; head -n 1 <&4';
  assert.match(await admin.types(get), /^HTTP\/1\.1 200/);
  assert.equal((await admin.types('ps -o user= -C memcached')).trim(), 'memcache');
  serviceIds = await admin.types('id memcache');
});

scenario('stopped in the middle of an install, the daemon ends it by itself when it is started', async () => {
  await admin.types(`(apt-ostree install ${FIRST_USER} > /run/install.log 2>&1; echo $? > /run/install.status) &
until grep -q 'Installing packages' /run/install.log; do sleep 0.1; done
systemctl stop apt-ostreed`);
  await admin.waitsUntil('test -s /run/install.status');
  await admin.isRefused('exit $(cat /run/install.status)');
  await admin.types('systemctl start apt-ostreed');
  await admin.waitsUntil(
    'apt-ostree history | grep -q Committed && apt-ostree status --json | grep -q \'"staged": true\'',
  );
  const [row] = await admin.history();
  assert.deepEqual([row?.state, row?.booted, row?.packages[0]], ['Committed', 'pending', FIRST_USER]);
  assert.match(await admin.types('apt-ostree journal show'), /interrupted, attempt 2/);
});

scenario('the user of the service keeps its numbers in the next deployment', async () => {
  await machine.reboot();
  assert.equal(await admin.types(`cat /usr/share/${FIRST_USER}/made`), `${FIRST_USER}\n`);
  assert.equal(await admin.types('id memcache'), serviceIds);
  assert.notEqual(await admin.types(`id -u ${FIRST_USER}`), await admin.types('id -u memcache'));
});

scenario('kernel arguments, packages and an initramfs are staged, each on the one before', async () => {
  await admin.types('echo of the second > /etc/motd; echo made on this machine > /etc/vm-marker');
  await admin.types('apt-ostree kargs --append=vm.word=1');
  await admin.types(`apt-ostree install ${SECOND_USER} greeter`);
  // last, since it is made anew with each tree from then on, which takes an emulated processor minutes
  await admin.types('apt-ostree initramfs --enable --arg=-I --arg=/etc/vm-marker');
  assert.deepEqual((await admin.deployments()).slice(0, 2), ['staged', 'booted']);
});

scenario('the next boot, by UEFI, has all of them, and the service keeps its user', async () => {
  await machine.poweroff();
  await boot('uefi');
  await admin.types('test -d /sys/firmware/efi');
  assert.match(await admin.types('cat /proc/cmdline'), / vm\.word=1( |$)/m);
  await admin.types('grep -aq "made on this machine" /usr/lib/modules/$(uname -r)/initramfs.img');
  assert.equal(await admin.types('greet'), 'hello from the layer\n');
  assert.equal(await admin.types('id memcache'), serviceIds);
  await admin.waitsUntil('systemctl is-active memcached');
  assert.equal(await admin.types('cat /etc/motd'), 'of the second\n');
});

scenario('a pinned deployment survives a clean-up', async () => {
  await admin.types('apt-ostree pin 1');
  await admin.types('apt-ostree cleanup --rollback --pending');
  assert.deepEqual(await admin.deployments(), ['booted', 'pinned']);
  await admin.types('apt-ostree unpin 1');
});

scenario('an upgrade tells what both it and the machine changed in /etc, and waits to be let through', async () => {
  kernelBefore = await admin.types('uname -r');
  await admin.usesTheArchive('first', 'second');
  await admin.types('echo of this machine > /etc/greeter.conf');
  const said = await admin.types('apt-ostree upgrade --lock-finalization');
  assert.match(said, /^Changed in \/etc and kept, while the new deployment has other defaults: greeter\.conf$/m);
  assert.deepEqual((await admin.deployments()).slice(0, 2), ['staged', 'booted']);
  const refused = await admin.isRefused(`apt-ostree finalize-deployment ${'0'.repeat(64)}`);
  assert.match(refused, /^error: cannot finalize /m);
});

scenario('let through, it boots its kernel, with the layers and the local edits', async () => {
  const [staged] = (await admin.status()).deployments;
  await machine.rebootsBy(`apt-ostree finalize-deployment ${staged?.checksum}`);
  const kernel = await admin.types('uname -r');
  assert.notEqual(kernel, kernelBefore);
  assert.equal(await admin.types('cat /usr/share/updated'), `linux-image-${kernel}`);
  await admin.isRefused(`dpkg --status linux-image-${kernelBefore.trim()} | grep '^Status: .* installed'`);
  assert.equal(await admin.types('greet'), 'hello again\n');
  assert.equal(await admin.types('cat /etc/greeter.conf /etc/motd'), 'of this machine\nof the second\n');
  assert.equal(await admin.types('id memcache'), serviceIds);
  await admin.waitsUntil('systemctl is-active nginx memcached');
  assert.match(await admin.types('cat /proc/cmdline'), / vm\.word=1( |$)/m);
  const rows = await admin.history();
  assert.equal(rows.find(({ kind }) => kind === 'upgrade')?.booted, 'booted-it');
});

scenario('a rollback boots the system before, with its /etc of then', async () => {
  await admin.types('echo of the third > /etc/motd');
  await admin.types('apt-ostree rollback');
  await machine.reboot();
  assert.equal(await admin.types('uname -r'), kernelBefore);
  assert.equal(await admin.types('greet'), 'hello from the layer\n');
  assert.equal(await admin.types(`cat /usr/share/${FIRST_USER}/made`), `${FIRST_USER}\n`);
  await admin.isRefused('test -e /usr/share/updated');
  assert.equal(await admin.types('cat /etc/motd'), 'of the second\n');
  assert.deepEqual((await admin.deployments()).slice(0, 1), ['booted']);
  await admin.verifiesTheJournal();
});

scenario('it powers off', async () => {
  await machine.poweroff();
});
