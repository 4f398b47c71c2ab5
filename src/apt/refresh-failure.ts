// Why apt could not fetch, in one line.

import { AptOstreeError } from '../model/errors.js';

const SIGNATURE = /NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|is not signed|signatures? (couldn't|were invalid)/;

/** @param output both streams of `apt-get update` */
export function refreshFailure(output: string): AptOstreeError {
  const reason = fetchReason(output);
  const code = SIGNATURE.test(output) ? 'signature-invalid' : 'fetch-failed';
  return new AptOstreeError(code, `cannot refresh package indexes: ${reason}`);
}

/** The most telling of apt's complaints: one that names an address before one that sums up. */
export function fetchReason(output: string): string {
  const complaints = [...output.matchAll(/^[EW]: (.+)$/gm)].map((match) => match[1] ?? '');
  const telling = complaints.find((each) => /^(Failed to fetch|GPG error|The repository)/.test(each)) ?? complaints[0];
  if (telling === undefined) return 'apt gave no reason';
  return telling
    .replace(/^Failed to fetch (\S+)\s+/, '$1: ')
    .replace(/\s+/g, ' ')
    .trim();
}
