// Who asked, as the journal keeps it.

export interface Caller {
  readonly uid: number;
  readonly pid: number;
  /** Unique bus name (`:1.42`) or `peer` on a private connection. */
  readonly sender: string;
  /** How the client names itself (RegisterClient's `id`), e.g. `cli`. */
  readonly client: string;
  /** The command line that began it, where the client gave one. */
  readonly commandLine: string | null;
}

/** polkit's answer, recorded with the request; root is not asked. */
export interface Authorization {
  readonly action: string;
  readonly answer: 'root' | 'authorized' | 'peer';
}
