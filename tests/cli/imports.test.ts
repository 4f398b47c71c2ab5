import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { sourceRoot } from './golden.js';

/** What would cost start-up time, memory, or the fence around the system. */
const FORBIDDEN = ['koffi', 'better-sqlite3', 'xstate', 'pino', 'rxjs', 'dbus-next'];

const SOURCE = join(sourceRoot(), 'src');

interface Imports {
  readonly eager: readonly string[];
  readonly lazy: readonly string[];
}

/** Modules a file loads when it runs; imports of types only are gone by then. */
function importsOf(path: string): Imports {
  const text = readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const specifiers = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, specifier = '']) => specifier);
  return {
    eager: [
      ...specifiers(/^(?:import|export)\s+(?!type\s)[^;]*?from\s+'([^']+)'/gm),
      ...specifiers(/^import\s+'([^']+)'/gm),
    ],
    lazy: specifiers(/\bimport\('([^']+)'\)/g),
  };
}

function reachable(
  entry: string,
  from: (imports: Imports) => readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  const pending = [entry];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (graph.has(path)) continue;
    const imports = from(importsOf(path));
    graph.set(path, imports);
    const own = imports.filter((specifier) => specifier.startsWith('.'));
    const directory = dirname(path);
    pending.push(...own.map((specifier) => resolve(directory, specifier.replace(/\.js$/, '.ts'))));
  }
  return graph;
}

const MAIN = join(SOURCE, 'cli/main.ts');

test('nothing the command line loads is one of the heavy libraries', () => {
  const graph = reachable(MAIN, ({ eager, lazy }) => [...eager, ...lazy]);
  assert.ok(graph.size > 50, `only ${graph.size} modules found`);
  for (const [path, imports] of graph)
    for (const specifier of imports)
      assert.ok(
        !FORBIDDEN.some((name) => specifier === name || specifier.startsWith(`${name}/`)),
        `${path}: ${specifier}`,
      );
});

test('src/cli knows model and client, and no other part', () => {
  const files = readdirSync(join(SOURCE, 'cli'), { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const path = join(SOURCE, 'cli', file);
    const all = [...readFileSync(path, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)];
    for (const [, specifier = ''] of all) {
      const part = relative(SOURCE, resolve(dirname(path), specifier)).split('/')[0] ?? '';
      assert.ok(['cli', 'model', 'client'].includes(part), `${file}: ${specifier}`);
    }
  }
});

test('before a command is known neither the parser nor the client is loaded', () => {
  const graph = reachable(MAIN, ({ eager }) => eager);
  const packages = [...graph.values()].flat().filter((specifier) => !/^(\.|node:)/.test(specifier));
  assert.deepEqual(packages, []);
  assert.deepEqual(
    [...graph.keys()].filter((path) => path.includes('/client/')),
    [],
  );
});
