// New transaction ids: UUID version 7 without dashes, so that ids sort by time of creation.

import { randomBytes } from 'node:crypto';
import { type TransactionId, transactionId } from '../model/transaction.js';

export function newTransactionId(): TransactionId {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  // version and variant bits of RFC 9562
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return transactionId(bytes.toString('hex'));
}
