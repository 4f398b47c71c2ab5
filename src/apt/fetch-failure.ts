// Why apt could not fetch, in one line, and whether that passes by itself.

import { AptOstreeError, type ErrorCode } from '../model/errors.js';

const FULL = /No space left on device/;
const SIGNATURE = /NO_PUBKEY|BADSIG|EXPKEYSIG|REVKEYSIG|is not signed|signatures? (couldn't|were invalid)/;
const OTHER_CONTENT = /Hash Sum mismatch|unexpected size|Size mismatch/i;

/** Nobody answered, the line broke, or a server said that it cannot just now. */
const TRANSPORT = new RegExp(
  [
    'Temporary failure resolving',
    'Could not (resolve|connect)',
    'Unable to connect',
    'Connection (failed|refused|reset|timed out)',
    'timed out',
    '(Network|Host) is unreachable',
    'No route to host',
    'Error reading from server',
    'Error writing to',
    'Undetermined Error',
    '\\s(429|500|502|503|504)\\s',
  ].join('|'),
);

/** @param output both streams of `apt-get update` */
export function refreshFailure(output: string): AptOstreeError {
  return failureOf('refresh package indexes', output, SIGNATURE.test(output) ? 'signature-invalid' : 'fetch-failed');
}

/** @param output both streams of `apt-helper download-file` */
export function downloadFailure(names: readonly string[], output: string): AptOstreeError {
  const code = OTHER_CONTENT.test(output) ? 'archive-invalid' : 'fetch-failed';
  return failureOf(`fetch ${names.join(', ')}`, output, code);
}

function failureOf(task: string, output: string, otherwise: ErrorCode): AptOstreeError {
  const code = FULL.test(output) ? 'no-space' : otherwise;
  const transient = code === 'fetch-failed' && isPassing(output);
  return new AptOstreeError(code, `cannot ${task}: ${fetchReason(output)}`, { transient });
}

/** The most telling of apt's complaints: one that names an address before one that sums up. */
export function fetchReason(output: string): string {
  const all = complaints(output);
  const telling = all.find(namesAddress) ?? all[0];
  if (telling === undefined) return 'apt gave no reason';
  return telling
    .replace(/^Failed to fetch (\S+)\s+/, '$1: ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** One address that will never have it is enough to make another try idle. */
function isPassing(output: string): boolean {
  const failed = complaints(output).filter(namesAddress);
  return failed.length > 0 && failed.every((each) => TRANSPORT.test(each));
}

function complaints(output: string): readonly string[] {
  return [...output.matchAll(/^[EW]: (.+)$/gm)].map((match) => match[1] ?? '');
}

function namesAddress(complaint: string): boolean {
  return /^(Failed to fetch|GPG error|The repository)/.test(complaint);
}
