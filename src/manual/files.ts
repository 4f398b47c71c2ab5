// What the build makes for readers and shells: manual pages, completion, and the configuration as it is shipped.

import { allCommands } from '../cli/parser.js';
import { helpOf } from '../cli/render/help.js';
import { VERSION } from '../cli/version.js';
import { commandPage } from './command-page.js';
import { bashCompletion } from './completion.js';
import { configurationPage, shippedConfiguration } from './configuration-page.js';
import { daemonPage } from './daemon-page.js';

/** Text by path below dist/. */
export async function manualFiles(): Promise<Readonly<Record<string, string>>> {
  const commands = (await allCommands()).definitions().map(helpOf);
  return {
    'man/apt-ostree.1': commandPage(commands, VERSION),
    'man/apt-ostreed.8': daemonPage(VERSION),
    'man/apt-ostreed.conf.5': configurationPage(VERSION),
    'completions/apt-ostree': bashCompletion(commands),
    'apt-ostreed.conf': shippedConfiguration(),
  };
}
