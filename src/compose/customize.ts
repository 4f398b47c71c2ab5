// What a treefile changes in the tree after its packages are configured: units, files, scripts, os-release.

import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AptOstreeError } from '../model/errors.js';
import { runChecked } from '../system/process.js';
import { runInTree } from '../tree/run-in-tree.js';
import { localPackageFiles } from './local-archive.js';
import type { Treefile } from './treefile.js';

/** Whether all files that the treefile names are there, before half a minute is spent. @throws invalid-treefile */
export function checkFiles(treefile: Treefile): void {
  const { file, addFiles, postprocessScript } = treefile;
  localPackageFiles(treefile);
  const named = addFiles.map(([source]) => ['add-files', source] as const);
  const scripts = postprocessScript === null ? [] : [['postprocess-script', postprocessScript] as const];
  const missing = [...named, ...scripts].find(([, source]) => !existsSync(source));
  if (missing === undefined) return;
  const [key, source] = missing;
  throw new AptOstreeError(
    'invalid-treefile',
    `cannot use treefile ${file}: key "${key}" names ${source}, which does not exist`,
  );
}

/** Still the plain Debian layout, with /etc in its place. */
export async function customize(root: string, treefile: Treefile, signal?: AbortSignal): Promise<void> {
  // added files first: a unit may be among them
  addFiles(root, treefile);
  await enableUnits(root, treefile, signal);
  setDefaultTarget(root, treefile);
  await runScripts(root, treefile, signal);
  for (const path of treefile.removeFiles) removeFile(root, path, treefile);
}

async function enableUnits(root: string, { units, file }: Treefile, signal?: AbortSignal): Promise<void> {
  if (units.length === 0) return;
  const args = [`--root=${root}`, 'enable', '--', ...units];
  const task = `enable the units of treefile ${file}`;
  await runChecked({ command: 'systemctl', args, signal, task, code: 'invalid-treefile' });
}

function setDefaultTarget(root: string, { defaultTarget, file }: Treefile): void {
  if (defaultTarget === null) return;
  const unit = `/lib/systemd/system/${defaultTarget}`;
  if (!existsSync(join(root, 'usr', unit)))
    throw new AptOstreeError(
      'invalid-treefile',
      `cannot use treefile ${file}: key "default-target" names ${defaultTarget}, which the tree does not have`,
    );
  const link = join(root, 'etc/systemd/system/default.target');
  rmSync(link, { force: true });
  symlinkSync(unit, link);
}

/** Modes come from the source, owners are root's. */
function addFiles(root: string, { addFiles }: Treefile): void {
  for (const [source, destination] of addFiles) {
    const target = inTree(root, destination);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  }
}

/** Whether the treefile's author put that file, absolute, into the tree on purpose. */
export function isAddedFile(path: string, { addFiles }: Treefile): boolean {
  return addFiles.some(([source, destination]) => {
    const target = inTree('/', destination);
    if (path !== target && !path.startsWith(`${target}/`)) return false;
    return existsSync(join(source, path.slice(target.length)));
  });
}

async function runScripts(root: string, treefile: Treefile, signal?: AbortSignal): Promise<void> {
  const scripts = treefile.postprocess.map((text, index) => ({
    text,
    name: `script ${index + 1} of key "postprocess"`,
  }));
  const { postprocessScript: file } = treefile;
  if (file !== null) scripts.push({ text: readFileSync(file, 'utf8'), name: file });
  for (const { text, name } of scripts) {
    const script = '.apt-ostree-postprocess';
    writeFileSync(join(root, script), text, { mode: 0o755 });
    try {
      await runInTree({
        root,
        writable: true,
        command: `/${script}`,
        args: [],
        signal,
        task: `run ${name} of treefile ${treefile.file}`,
      });
    } finally {
      rmSync(join(root, script), { force: true });
    }
  }
}

function removeFile(root: string, path: string, { file }: Treefile): void {
  const target = inTree(root, path);
  if (lstatSync(target, { throwIfNoEntry: false }) === undefined)
    throw new AptOstreeError(
      'invalid-treefile',
      `cannot use treefile ${file}: key "remove-files" names ${path}, which the tree does not have`,
    );
  rmSync(target, { recursive: true });
}

/** A path of the tree may start with a slash, and with `usr/etc` for `etc`, as in rpm-ostree's treefiles. */
function inTree(root: string, path: string): string {
  const relative = path.replace(/^\/+/, '').replace(/^usr\/etc(?=\/|$)/, 'etc');
  if (relative.split('/').includes('..') || relative === '')
    throw new AptOstreeError('invalid-treefile', `cannot use ${JSON.stringify(path)} as a path of the tree`);
  return join(root, relative);
}

/** Puts the version where a user reads it; OSTREE_VERSION is what rpm-ostree's tools look for. */
export function mutateOsRelease(root: string, { mutateOsRelease }: Treefile, version: string | null): void {
  if (mutateOsRelease === null || version === null) return;
  const file = join(root, 'usr/lib/os-release');
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (/^(VERSION|PRETTY_NAME)=/.test(line) ? line.replaceAll(mutateOsRelease, version) : line));
  writeFileSync(file, `${[...lines, `OSTREE_VERSION='${version}'`].join('\n')}\n`);
}
