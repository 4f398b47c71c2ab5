// A commit object as the values we keep of it.

import { type Checksum, type CommitFacts, checksum, type MetadataValue } from '../model/deployment.js';
import { readVariant, type Value, type VariantValue } from './variant-reader.js';

export interface CommitObject {
  readonly facts: CommitFacts;
  readonly rootContents: string;
  readonly rootMeta: string;
}

/** Metadata, parent, related objects, subject, body, time, root contents, root metadata. */
const COMMIT_TYPE = '(a{sv}aya(say)sstayay)';

export function readCommit(bytes: Buffer): CommitObject {
  const [entries, parent, , subject, , timestamp, rootContents, rootMeta] = readVariant(COMMIT_TYPE, bytes) as [
    readonly (readonly [string, VariantValue])[],
    Buffer,
    Value,
    string,
    string,
    bigint,
    Buffer,
    Buffer,
  ];
  const metadata = metadataOf(entries);
  const version = metadata['version'];
  return {
    facts: {
      timestampSeconds: Number(swapped(timestamp)),
      version: typeof version === 'string' ? version : null,
      subject,
      parent: parent.length === 0 ? null : checksumOf(parent),
      metadata,
    },
    rootContents: rootContents.toString('hex'),
    rootMeta: rootMeta.toString('hex'),
  };
}

/** Integers beyond what a number holds exactly are left out, as are values of other types. */
function metadataOf(entries: readonly (readonly [string, VariantValue])[]): Readonly<Record<string, MetadataValue>> {
  const kept: Record<string, MetadataValue> = Object.create(null);
  for (const [key, variant] of entries) {
    if (!KEPT_TYPES.has(variant.type)) continue;
    const value = variant.read();
    const plain = typeof value === 'bigint' ? Number(value) : value;
    if (typeof plain === 'number' && !Number.isSafeInteger(plain)) continue;
    kept[key] = plain as MetadataValue;
  }
  return { ...kept };
}

const KEPT_TYPES = new Set(['s', 'as', 'b', 'y', 'n', 'q', 'i', 'u', 'x', 't']);

/** libostree keeps the time in big-endian order, whatever the machine. */
function swapped(value: bigint): bigint {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.readBigUInt64BE();
}

function checksumOf(bytes: Buffer): Checksum {
  return checksum(bytes.toString('hex'));
}
