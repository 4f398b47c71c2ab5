// Which boot of the machine this is: the kernel's random id, new at each boot.

import { readFileSync } from 'node:fs';

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
