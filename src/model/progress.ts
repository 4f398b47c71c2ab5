// What a running step tells while it runs. Shown to clients, never journaled.

export type Progress =
  | { readonly type: 'task-begin'; readonly text: string }
  | { readonly type: 'task-end'; readonly text: string }
  | { readonly type: 'message'; readonly text: string }
  | { readonly type: 'percent'; readonly text: string; readonly percent: number }
  | {
      readonly type: 'download';
      readonly startedAtMs: number;
      readonly elapsedMs: number;
      readonly fetchedBytes: number;
      readonly totalBytes: number;
      readonly fetchedFiles: number;
      readonly totalFiles: number;
      readonly bytesPerSecond: number;
    }
  | { readonly type: 'progress-end' };
