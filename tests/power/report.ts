// What came of many cuts.

export interface Report {
  /** Flushes that the recorded disk was told. */
  readonly flushes: number;
  /** Disks looked at: as of a flush … */
  readonly cuts: number;
  /** … and with part of what was written after it. */
  readonly scattered: number;
  /** Disks that a daemon was started on. */
  readonly recoveries: number;
  /** One line each, beginning with what to give to see it again. */
  readonly failures: readonly string[];
}

export const EMPTY_REPORT: Report = { flushes: 0, cuts: 0, scattered: 0, recoveries: 0, failures: [] };

export function sumOf(reports: readonly Report[]): Report {
  return reports.reduce(
    (sum, each) => ({
      flushes: sum.flushes + each.flushes,
      cuts: sum.cuts + each.cuts,
      scattered: sum.scattered + each.scattered,
      recoveries: sum.recoveries + each.recoveries,
      failures: [...sum.failures, ...each.failures],
    }),
    EMPTY_REPORT,
  );
}

export function summary({ flushes, cuts, scattered, recoveries, failures }: Report): string {
  const disks = `${cuts} cuts, ${scattered} with part of what came later`;
  return `${flushes} flushes, ${disks}, ${recoveries} recoveries, ${failures.length} failures`;
}
