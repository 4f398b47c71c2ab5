// Tells how far a download is, by the sizes of the files it writes.

import { statSync } from 'node:fs';
import type { ResolvedPackage } from '../../model/package.js';
import type { Progress } from '../../model/progress.js';

const INTERVAL_MS = 200;

export function watchDownload<Package extends ResolvedPackage>(
  packages: readonly Package[],
  fileOf: (each: Package) => string,
  report: (progress: Progress) => void,
): { readonly stop: () => void } {
  const startedAtMs = Date.now();
  const totalBytes = packages.reduce((sum, each) => sum + each.sizeBytes, 0);
  const sizes = () => packages.map((each) => sizeOf(fileOf(each)));
  const initialBytes = sizes().reduce((sum, each) => sum + each, 0);
  const tell = (current: readonly number[]) => {
    const elapsedMs = Date.now() - startedAtMs;
    const fetchedBytes = current.reduce((sum, each) => sum + each, 0);
    const fetchedFiles = current.filter((size, index) => size >= (packages[index]?.sizeBytes ?? 0)).length;
    const bytesPerSecond = elapsedMs === 0 ? 0 : Math.round(((fetchedBytes - initialBytes) * 1000) / elapsedMs);
    const counts = { fetchedBytes, totalBytes, fetchedFiles, totalFiles: packages.length };
    report({ type: 'download', startedAtMs, elapsedMs, ...counts, bytesPerSecond: Math.max(0, bytesPerSecond) });
  };
  tell(sizes());
  const timer = setInterval(() => tell(sizes()), INTERVAL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      // finished files have moved to the cache by now, failed ones are told by the error
      tell(packages.map((each) => each.sizeBytes));
      report({ type: 'progress-end' });
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
