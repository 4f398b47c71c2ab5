// Who may import whom, as ARCHITECTURE.md says it; and that no two modules import each other in a circle.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

/** Folder of src → folders (or single files) of src it may import. Its own folder is always allowed. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  machines: ['model'],
  system: ['model'],
  native: ['model'],
  journal: ['model'],
  tree: ['model', 'system', 'native/libc.ts'],
  apt: ['model', 'system', 'tree/state-layout.ts'],
  executor: ['model', 'system', 'native', 'apt', 'tree'],
  actors: ['model', 'machines', 'journal', 'system'],
  dbus: ['model', 'system', 'actors/engine.ts', 'journal/rows.ts'],
  client: ['model', 'system', 'dbus/names.ts', 'dbus/wire', 'dbus/members.ts', 'journal/rows.ts'],
  cli: ['model', 'client'],
  compose: ['model', 'system', 'native', 'tree', 'apt'],
  daemon: ['model', 'system', 'native', 'journal', 'actors', 'dbus'],
  manual: ['cli', 'daemon/options.ts', 'daemon/configuration.ts'],
};

/** Third-party packages and the only folders that may import them; type-only imports of pino are free. */
const FENCED: Readonly<Record<string, readonly string[]>> = {
  koffi: ['native'],
  'dbus-next': ['dbus'],
  'better-sqlite3': ['journal'],
  xstate: ['machines', 'actors'],
  rxjs: ['actors', 'dbus'],
  pino: ['daemon', 'actors'],
  clipanion: ['cli', 'compose'],
  yaml: ['compose'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const SRC = resolve('src');
const FILES = filesBelow(SRC);
const IMPORTS = FILES.flatMap(importsOf);

test('every folder of src has a row in the table', () => {
  assert.deepEqual(readdirSync(SRC).sort(), Object.keys(MAY_IMPORT).sort());
});

test('modules import only what their folder may', () => {
  const wrong = IMPORTS.filter(({ to }) => to.startsWith('.')).filter((each) => !mayImport(each));
  assert.deepEqual(wrong.map(describe), []);
});

test('packages are imported only inside their fence', () => {
  const wrong = IMPORTS.filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:')).filter(({ from, to }) => {
    const name = Object.keys(FENCED).find((each) => to === each || to.startsWith(`${each}/`));
    return name === undefined || !(FENCED[name] ?? []).includes(folderOf(from));
  });
  assert.deepEqual(wrong.map(describe), []);
});

test('machines know nothing but xstate and types', () => {
  const values = IMPORTS.filter(
    ({ from, to, typeOnly }) => folderOf(from) === 'machines' && !typeOnly && to !== 'xstate',
  );
  assert.deepEqual(values.map(describe), []);
});

test('SQL stands only in the journal', () => {
  const statement = /\b(SELECT\s.+\sFROM|INSERT\s(OR\s\w+\s)?INTO|DELETE\sFROM|CREATE\s(TABLE|INDEX))\b/;
  const wrong = FILES.filter((file) => folderOf(file) !== 'journal' && statement.test(readFileSync(file, 'utf8')));
  assert.deepEqual(
    wrong.map((file) => relative(SRC, file)),
    [],
  );
});

test('nothing asks the ostree program: libostree is called', () => {
  const asks = /(?:command: |spawn\(|run\w*\(\s*\[?)['"](?:\/usr\/bin\/)?ostree['"]/;
  const wrong = FILES.filter((file) => asks.test(readFileSync(file, 'utf8')));
  assert.deepEqual(
    wrong.map((file) => relative(SRC, file)),
    [],
  );
});

test('no module imports itself in a circle', () => {
  const graph = new Map<string, readonly string[]>();
  for (const file of FILES)
    graph.set(
      file,
      IMPORTS.filter(({ from, to, typeOnly }) => from === file && to.startsWith('.') && !typeOnly).map(target),
    );
  assert.deepEqual(
    FILES.flatMap((file) => circleFrom(file, graph)),
    [],
  );
});

test('no file is a grab-bag or a barrel', () => {
  const names = FILES.filter((file) => /\/(utils?|helpers?|common|misc|index)\.ts$/.test(file));
  assert.deepEqual(names, []);
  const exportsDefault = FILES.filter((file) => /^export default /m.test(readFileSync(file, 'utf8')));
  assert.deepEqual(exportsDefault, []);
});

function mayImport(each: Import): boolean {
  const path = relative(SRC, target(each));
  const folder = folderOf(each.from);
  const allowed = MAY_IMPORT[folder] ?? [];
  return path.startsWith(`${folder}/`) || allowed.some((entry) => path === entry || path.startsWith(`${entry}/`));
}

function target({ from, to }: Import): string {
  return resolve(dirname(from), to).replace(/\.js$/, '.ts');
}

function folderOf(file: string): string {
  return relative(SRC, file).split('/')[0] ?? '';
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:([^;'"]*?)\s+from\s+)?'([^']+)';/gms);
  return [...statements].map(([, type, names, to]) => ({
    from: file,
    to: to ?? '',
    typeOnly: type !== undefined || namesOnlyTypes(names),
  }));
}

/** `{ type A, type B }`: nothing of it is there when the program runs. */
function namesOnlyTypes(names: string | undefined): boolean {
  const inner = /^\{(.*)\}$/s.exec(names?.trim() ?? '')?.[1];
  return inner?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

function circleFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const seen = new Set<string>();
  const queue = [...(graph.get(start) ?? [])];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (file === start) return [relative(SRC, start)];
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...(graph.get(file) ?? []));
  }
  return [];
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function describe({ from, to }: Import): string {
  return `${relative(SRC, from)} imports ${to}`;
}
