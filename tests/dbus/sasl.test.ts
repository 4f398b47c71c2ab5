import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SaslServer } from '../../src/dbus/sasl.js';

const GUID = '0123456789abcdef0123456789abcdef';
const ROOT = '30'; // hex of "0"

function talk(text: string, uid = 0) {
  return new SaslServer(GUID, uid).push(Buffer.from(text, 'latin1'));
}

describe('authentication of the server', () => {
  it('takes libdbus, which names its user at once', () => {
    const server = new SaslServer(GUID, 0);
    assert.deepEqual(server.push(Buffer.from(`\0AUTH EXTERNAL ${ROOT}\r\n`)), {
      type: 'going-on',
      reply: `OK ${GUID}\r\n`,
    });
    const negotiation = server.push(Buffer.from('NEGOTIATE_UNIX_FD\r\n'));
    assert.match(negotiation.reply, /^ERROR /);
    assert.equal(server.push(Buffer.from('BEGIN\r\nl')).type, 'begun');
  });

  it('takes GDBus, which asks for the mechanisms first', () => {
    const server = new SaslServer(GUID, 0);
    assert.equal(server.push(Buffer.from('\0AUTH\r\n')).reply, 'REJECTED EXTERNAL\r\n');
    assert.equal(server.push(Buffer.from(`AUTH EXTERNAL ${ROOT}\r\n`)).reply, `OK ${GUID}\r\n`);
  });

  it('takes sd-bus, which sends all at once with an empty identity and its first message', () => {
    const result = talk('\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\nfirst message');
    assert.equal(result.type, 'begun');
    assert.match(result.reply, new RegExp(`^DATA\r\nOK ${GUID}\r\nERROR [^\r]*\r\n$`));
    assert.equal(result.type === 'begun' && result.rest.toString(), 'first message');
  });

  it('refuses a user who is somebody else', () => {
    assert.equal(talk(`\0AUTH EXTERNAL ${ROOT}\r\n`, 1000).reply, 'REJECTED EXTERNAL\r\n');
  });

  it('refuses other mechanisms, and to begin without authentication', () => {
    assert.equal(talk('\0AUTH ANONYMOUS\r\n').reply, 'REJECTED EXTERNAL\r\n');
    assert.equal(talk('\0BEGIN\r\n').type, 'failed');
    assert.equal(talk('\0DATA\r\nBEGIN\r\n').type, 'failed');
    assert.equal(talk(`\0AUTH EXTERNAL ${ROOT}\r\nCANCEL\r\nBEGIN\r\n`).type, 'failed');
  });

  it('ends a talk that goes on too long', () => {
    assert.equal(talk('x').type, 'failed');
    assert.equal(talk(`\0${'A'.repeat(2000)}`).type, 'failed');
    assert.equal(talk(`\0${'AUTH\r\n'.repeat(20)}`).type, 'failed');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), (chunks) => {
        const server = new SaslServer(GUID, 0);
        for (const chunk of chunks) server.push(Buffer.concat([Buffer.from([0]), chunk, Buffer.from('\r\n')]));
      }),
    );
  });
});
