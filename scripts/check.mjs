// Everything a change has to pass: format and lint, types and build, tests.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

run('node_modules/.bin/biome', ['check', '--error-on-warnings', '.']);
run(process.execPath, ['scripts/build.mjs']);
run(process.execPath, ['scripts/test.mjs']);

function run(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
