// The output of `apt-get --print-uris` with `Acquire::ForceHash=sha256`: which archives apt would fetch and unpack.

import { AptOstreeError } from '../model/errors.js';

export interface PrintedArchive {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly uri: string;
  readonly sizeBytes: number;
  /** Null where the index has none, as for local files. */
  readonly sha256: string | null;
}

/** `'URI' NAME_VERSION_ARCHITECTURE.deb SIZE [SHA256:HEX]`; other lines are apt's explanations. */
const LINE =
  /^'([^']+)' ([a-z0-9][a-z0-9+.-]*)_([^ _]+)_([a-z0-9][a-z0-9-]*)\.deb (\d{1,15}) ?(?:SHA256:([0-9a-f]{64}))?\s*$/;

/** @throws apt-failed for an archive that cannot be told: to pass it over would install something else than apt decided */
export function parsePrintedUris(output: string): readonly PrintedArchive[] {
  return output.split('\n').flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null && line.startsWith("'"))
      throw new AptOstreeError('apt-failed', `cannot read what apt would fetch: ${line.slice(0, 200)}`);
    if (match === null) return [];
    const [, uri = '', name = '', version = '', architecture = '', size = '', sha256] = match;
    return [
      {
        name,
        version: unquote(version),
        architecture,
        uri,
        sizeBytes: Number(size),
        sha256: sha256 ?? null,
      },
    ];
  });
}

/** apt quotes `_`, `:` and the per cent sign of a version in file names. */
function unquote(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
