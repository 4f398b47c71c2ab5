// The server's side of D-Bus authentication, EXTERNAL only: for clients that ask line by line and those that send all at once.

const MAX_LINE_BYTES = 1024;
const MAX_REFUSALS = 8;
const MECHANISMS = 'REJECTED EXTERNAL';

export type SaslResult =
  /** More lines are needed. */
  | { readonly type: 'going-on'; readonly reply: string }
  /** BEGIN was received; `rest` is the start of the messages. */
  | { readonly type: 'begun'; readonly reply: string; readonly rest: Buffer }
  /** To be closed. */
  | { readonly type: 'failed'; readonly reply: string; readonly reason: string };

export class SaslServer {
  private readonly guid: string;
  private readonly uid: number;
  private state: 'nul' | 'auth' | 'data' | 'authenticated' = 'nul';
  private pending: Buffer = Buffer.alloc(0);
  private refusals = 0;

  /** UID is the kernel's word; a client that claims another is refused. */
  constructor(guid: string, uid: number) {
    this.guid = guid;
    this.uid = uid;
  }

  push(chunk: Buffer): SaslResult {
    this.pending = Buffer.concat([this.pending, chunk]);
    if (this.state === 'nul' && this.pending.length > 0) {
      if (this.pending[0] !== 0) return failed('', 'it did not begin with a zero byte');
      this.pending = this.pending.subarray(1);
      this.state = 'auth';
    }
    return this.lines();
  }

  private lines(): SaslResult {
    const replies: string[] = [];
    for (let line = this.nextLine(); line !== null; line = this.nextLine()) {
      if (line === 'BEGIN') return this.begin(replies.join(''));
      replies.push(`${this.answer(line)}\r\n`);
      if (this.refusals > MAX_REFUSALS) return failed(replies.join(''), 'too many refusals');
    }
    if (this.pending.length > MAX_LINE_BYTES) return failed(replies.join(''), 'a line was too long');
    return { type: 'going-on', reply: replies.join('') };
  }

  private nextLine(): string | null {
    const end = this.pending.subarray(0, MAX_LINE_BYTES).indexOf('\r\n');
    if (end < 0) return null;
    const line = this.pending.toString('latin1', 0, end);
    this.pending = this.pending.subarray(end + 2);
    return line;
  }

  private begin(reply: string): SaslResult {
    if (this.state !== 'authenticated') return failed(reply, 'it began without authentication');
    return { type: 'begun', reply, rest: this.pending };
  }

  private answer(line: string): string {
    const [command, argument, identity] = line.split(' ');
    if (command === 'AUTH') return argument === 'EXTERNAL' ? this.external(identity) : this.refuse();
    if (command === 'DATA' && this.state === 'data') return this.external(argument ?? '');
    if (command === 'CANCEL' || command === 'ERROR') return this.refuse();
    if (command === 'NEGOTIATE_UNIX_FD' && this.state === 'authenticated')
      return 'ERROR "file descriptors are not taken"';
    // counted: a client that goes on with nonsense would get more than it sends
    this.refusals += 1;
    return 'ERROR "unknown command"';
  }

  /** An identity that is absent is asked for; an empty one means the socket's own. */
  private external(identity: string | undefined): string {
    if (identity === undefined) {
      this.state = 'data';
      return 'DATA';
    }
    const claimed = Buffer.from(identity, 'hex').toString('latin1');
    if (identity !== '' && claimed !== String(this.uid)) return this.refuse();
    this.state = 'authenticated';
    return `OK ${this.guid}`;
  }

  private refuse(): string {
    this.refusals += 1;
    this.state = 'auth';
    return MECHANISMS;
  }
}

function failed(reply: string, reason: string): SaslResult {
  return { type: 'failed', reply, reason };
}
