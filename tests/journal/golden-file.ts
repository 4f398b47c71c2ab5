// Golden journals: databases as SQL text, one for each story and format, written when the format was the newest and never again.

import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from './journal-fixture.js';
import { STORIES } from './stories.js';

const GOLDEN = resolve('tests/journal/golden');

/** `1.003` for `0003-prune.sql`. */
export function formats(): readonly string[] {
  const numbers = readdirSync(MIGRATIONS).flatMap((file) => /^\d(\d{3})-.*\.sql$/.exec(file)?.[1] ?? []);
  return numbers.sort().map((number) => `1.${number}`);
}

/** Rows of the journal itself are pruned since this format. */
const FIRST_PRUNED = '1.003';

export function storiesOf(format: string): readonly string[] {
  return Object.keys(STORIES).filter((name) => name !== 'pruned' || format >= FIRST_PRUNED);
}

export function goldenFile(format: string, story: string): string {
  return join(GOLDEN, format, `${story}.sql`);
}

/** The database of a golden file, at PATH. */
export function restore(format: string, story: string, path: string): void {
  const database = new Database(path);
  database.exec(readFileSync(goldenFile(format, story), 'utf8'));
  database.close();
}

/** Tells the stories to a journal of that format and writes them down. */
export async function writeGolden(format: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'golden-'));
  const migrations = join(directory, 'migrations');
  mkdirSync(migrations);
  for (const file of readdirSync(MIGRATIONS))
    if (file.slice(1, 4) <= format.slice(2)) copyFileSync(join(MIGRATIONS, file), join(migrations, file));
  mkdirSync(join(GOLDEN, format), { recursive: true });
  for (const name of storiesOf(format)) {
    const path = join(directory, `${name}.db`);
    await STORIES[name]?.({ path, migrations });
    writeFileSync(goldenFile(format, name), dump(path));
  }
  rmSync(directory, { recursive: true });
}

/** Tables with their rows first: triggers would stand against them. */
function dump(path: string): string {
  const database = new Database(path, { readonly: true });
  const schema = database.prepare('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all() as {
    type: string;
    name: string;
    sql: string;
  }[];
  const tables = schema.filter(({ type }) => type === 'table');
  const pragma = (name: string) => `PRAGMA ${name} = ${database.pragma(name, { simple: true })};`;
  const lines = [
    ...tables.map(({ sql }) => `${sql};`),
    ...tables.flatMap(({ name }) => inserts(database, name)),
    ...schema.filter(({ type }) => type !== 'table').map(({ sql }) => `${sql};`),
    pragma('application_id'),
    pragma('user_version'),
  ];
  database.close();
  return `${lines.join('\n')}\n`;
}

function inserts(database: Database.Database, table: string): readonly string[] {
  const columns = database.pragma(`table_info(${table})`) as { name: string }[];
  const values = columns.map(({ name }) => `quote(${name})`).join(` || ', ' || `);
  const rows = database.prepare(`SELECT ${values} AS row FROM ${table}`).all() as { row: string }[];
  return rows.map(({ row }) => `INSERT INTO ${table} VALUES (${row});`);
}
