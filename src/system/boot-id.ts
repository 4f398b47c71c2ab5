// Which boot of the machine this is: the kernel's random id, new at each boot.

import { readFileSync } from 'node:fs';
import { AptOstreeError } from '../model/errors.js';

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** With dashes, as the kernel writes it, or without, as systemd does. @throws invalid-argument */
export function parseBootId(text: string): string {
  const digits = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits))
    throw new AptOstreeError(
      'invalid-argument',
      `cannot use ${JSON.stringify(text)} as a boot id: it has 32 hex digits`,
    );
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
