// What an administrator types on a machine, and what a script reads of the answers.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../src/client/client.js';
import type { HistoryRow } from '../../src/journal/rows.js';
import { ARCHIVE, type ArchiveRelease } from './disks.js';
import type { VirtualMachine } from './virtual-machine.js';

/** A question costs the machine seconds. */
const PAUSE_MS = 2000;

export class Administrator {
  readonly machine: VirtualMachine;

  constructor(machine: VirtualMachine) {
    this.machine = machine;
  }

  /** A script that must succeed; what it printed. */
  async types(script: string): Promise<string> {
    const { status, output } = await this.machine.run(script);
    assert.equal(status, 0, `${script}: ${output}`);
    return output;
  }

  /** A script that must fail. */
  async isRefused(script: string): Promise<string> {
    const { status, output } = await this.machine.run(script);
    assert.notEqual(status, 0, `${script}: ${output}`);
    return output;
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.types('apt-ostree status --json')) as Status;
  }

  /** Of each deployment in boot order, as `status` marks it. */
  async deployments(): Promise<readonly string[]> {
    const { deployments } = await this.status();
    return deployments.map(({ booted, staged, pinned }) =>
      [booted ? 'booted' : '', staged ? 'staged' : '', pinned ? 'pinned' : ''].filter((each) => each !== '').join(' '),
    );
  }

  /** Newest first. */
  async history(filter = ''): Promise<readonly HistoryRow[]> {
    const text = await this.types(`apt-ostree history --json ${filter}`);
    return text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as HistoryRow);
  }

  async verifiesTheJournal(): Promise<void> {
    assert.match(await this.types('apt-ostree journal verify'), /^ok/);
  }

  /** Makes these releases of the archive of the other disk the only sources of packages. */
  async usesTheArchive(...releases: readonly ArchiveRelease[]): Promise<void> {
    const sources = releases.map((release) => `deb [trusted=yes] file:${ARCHIVE}/${release} ./\n`).join('');
    await this.types(`set -e
mkdir -p /run/archive-disk ${ARCHIVE}
mount -o ro LABEL=archive /run/archive-disk
cd /run/archive-disk && cp -r ${releases.join(' ')} ${ARCHIVE}/ && cd /
umount /run/archive-disk
rm -f /etc/apt/sources.list.d/*
printf '${sources.replaceAll('\n', '\\n')}' > /etc/apt/sources.list`);
  }

  async waitsUntil(script: string, timeoutMs = 1_200_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { status, output } = await this.machine.run(script);
      if (status === 0) return;
      assert.ok(performance.now() < deadline, `${script} does not come true: ${output}`);
      await sleep(PAUSE_MS);
    }
  }
}
