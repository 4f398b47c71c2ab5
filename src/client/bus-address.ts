// D-Bus addresses of Unix sockets.

import { AptOstreeError } from '../model/errors.js';

/** Path of the first Unix socket of an address list, in Node's form (an abstract name begins with a zero). @throws daemon-unreachable */
export function socketPathOf(addresses: string): string {
  for (const address of addresses.split(';')) {
    const [, kind, value] = /^unix:(?:.*,)?(path|abstract)=([^,]+)/.exec(address) ?? [];
    if (value !== undefined) return kind === 'abstract' ? `\0${unescaped(value)}` : unescaped(value);
  }
  throw new AptOstreeError(
    'daemon-unreachable',
    `cannot reach the bus: ${JSON.stringify(addresses)} is not the address of a Unix socket`,
  );
}

function unescaped(value: string): string {
  return value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
