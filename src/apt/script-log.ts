// dpkg's own account of a run, its status lines among its output: which package and phase printed what, how long it
// took, how it ended.

import type { ScriptReport } from '../model/facts.js';

/** What is kept of the output of one package and phase, and of all together: it goes into one row of the journal. */
const OUTPUT_LIMIT = 2000;
const TOTAL_LIMIT = 1024 * 1024;
const SECTIONS_LIMIT = 10_000;
const NAME_LIMIT = 128;

interface Section {
  readonly package: string;
  readonly phase: string;
  readonly startedAtMs: number;
  endedAtMs: number;
  exitStatus: number;
  output: string;
}

export interface PackageFailure {
  readonly package: string;
  readonly phase: string;
  /** dpkg's words. */
  readonly reason: string;
  readonly lastLine: string | null;
}

/** Fed line by line; status lines and output come down one pipe, so their order is true. */
export class ScriptLog {
  private readonly sections: Section[] = [];
  private kept = 0;
  private failed: PackageFailure | null = null;

  /** The package and phase a line begins, for progress; null for any other line. */
  add(line: string, atMs: number): { readonly package: string; readonly phase: string } | null {
    const begun = /(?:^|.)processing: (\w+): (\S+)$/.exec(line);
    const failure = /^status: (\S+) : error : (.+)$/.exec(line);
    if (begun !== null) return this.begin(begun[2] ?? '', begun[1] ?? '', atMs);
    if (failure !== null) this.fail(failure[1] ?? '', failure[2] ?? '');
    else if (!/^(status|processing): /.test(line)) this.append(line);
    const last = this.sections.at(-1);
    if (last !== undefined) last.endedAtMs = atMs;
    return null;
  }

  reports(): readonly ScriptReport[] {
    return this.sections.map((each) => ({
      package: each.package,
      phase: each.phase,
      durationMs: Math.round(each.endedAtMs - each.startedAtMs),
      exitStatus: each.exitStatus,
      output: each.output,
    }));
  }

  failure(): PackageFailure | null {
    return this.failed;
  }

  /** The last package and phase, which is the one that hangs when nothing follows. */
  current(): { readonly package: string; readonly phase: string } | null {
    return this.sections.at(-1) ?? null;
  }

  private begin(name: string, phase: string, atMs: number) {
    const last = this.sections.at(-1);
    if (last !== undefined) last.endedAtMs = atMs;
    const word = PHASES[phase] ?? phase;
    const begun = {
      package: name.slice(0, NAME_LIMIT).replace(/:(?!any)[a-z0-9-]+$/, ''),
      phase: word.slice(0, NAME_LIMIT),
    };
    // a script can print what looks like a beginning
    if (this.sections.length >= SECTIONS_LIMIT) return null;
    this.sections.push({ ...begun, startedAtMs: atMs, endedAtMs: atMs, exitStatus: 0, output: '' });
    return begun;
  }

  private append(line: string): void {
    const last = this.sections.at(-1);
    if (last === undefined || line.trim() === '' || DPKG_LINE.test(line)) return;
    const before = last.output.length;
    const room = Math.min(OUTPUT_LIMIT, before + TOTAL_LIMIT - this.kept);
    last.output = room <= 0 ? '' : `${last.output}${line}\n`.slice(-room);
    this.kept += last.output.length - before;
  }

  private fail(name: string, reason: string): void {
    const last = this.sections.at(-1);
    const exitStatus = Number(/exit status (\d+)/.exec(reason)?.[1] ?? 1);
    if (last !== undefined) last.exitStatus = exitStatus;
    this.failed ??= {
      package: last?.package ?? name,
      phase: last?.phase ?? 'unpack',
      reason,
      lastLine: last === undefined ? null : lastOutputLine(last.output),
    };
  }
}

/** dpkg says `install` for the unpacking of a package that was not there. */
const PHASES: Readonly<Record<string, string>> = { install: 'unpack', upgrade: 'unpack' };

function lastOutputLine(output: string): string | null {
  return output.trim().split('\n').at(-1)?.trim() || null;
}

/** What dpkg says itself; it comes before the status line of the package it is about. */
const DPKG_LINE =
  /^(dpkg: |Setting up |Unpacking |Preparing to unpack |Processing triggers for |Selecting previously |\(Reading database|Errors were encountered| installed \S+ package | new \S+ package )/;
