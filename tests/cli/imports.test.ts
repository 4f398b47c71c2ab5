import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { sourceRoot } from './golden.js';

/** What would cost start-up time, memory, or the fence around the system. */
const FORBIDDEN = ['koffi', 'better-sqlite3', 'xstate', 'pino', 'rxjs', 'dbus-next'];

const SOURCE = join(sourceRoot(), 'src');

/** Modules a file loads when it runs; imports of types only are gone by then. */
function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const statics = text.matchAll(/^(?:import|export)\s+(?!type\s)[^;]*?from\s+'([^']+)'/gm);
  const bare = text.matchAll(/^import\s+'([^']+)'/gm);
  const dynamics = text.matchAll(/\bimport\('([^']+)'\)/g);
  return [...statics, ...bare, ...dynamics].flatMap(([, specifier]) => (specifier === undefined ? [] : [specifier]));
}

function reachableFrom(entry: string): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  const pending = [entry];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (graph.has(path)) continue;
    const imports = importsOf(path);
    graph.set(path, imports);
    const own = imports.filter((specifier) => specifier.startsWith('.'));
    pending.push(...own.map((specifier) => resolve(dirname(path), specifier.replace(/\.js$/, '.ts'))));
  }
  return graph;
}

test('nothing the command line loads is one of the heavy libraries', () => {
  const graph = reachableFrom(join(SOURCE, 'cli/main.ts'));
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

test('the start needs no parser: --version and a wrong word load a few small modules', () => {
  const graph = [...reachableFrom(join(SOURCE, 'cli/main.ts')).keys()];
  const eager = importsOf(join(SOURCE, 'cli/run.ts')).filter((specifier) => specifier.startsWith('.'));
  assert.ok(graph.length > eager.length);
  assert.ok(!importsOf(join(SOURCE, 'cli/main.ts')).includes('clipanion'));
});
