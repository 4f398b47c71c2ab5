// What most files of these tests share among their tests: one sysroot, and a place for packages.

import { after } from 'node:test';
import { DebFactory } from './deb.js';
import { type LayeringSysroot, layeringSysroot } from './layering.js';

export interface FileSysroot {
  readonly sysroot: LayeringSysroot;
  readonly debs: DebFactory;
}

/** Both go when the tests of the file have ended. */
export async function fileSysroot(): Promise<FileSysroot> {
  const sysroot = await layeringSysroot();
  const debs = new DebFactory();
  after(() => {
    sysroot.remove();
    debs[Symbol.dispose]();
  });
  return { sysroot, debs };
}
