// The one error of the D-Bus codec: bytes or values that are no D-Bus; a connection it comes from is closed.

export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}
