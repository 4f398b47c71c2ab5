// The texts of --help.

import type { CommandClass } from 'clipanion';
import type { CliContext } from './context.js';
import { allCommands, definitionOf } from './parser.js';
import { renderCommandHelp, renderOverview } from './render/help.js';

export async function overviewText(): Promise<string> {
  return renderOverview((await allCommands()).definitions());
}

export function commandHelpText(command: CommandClass<CliContext>): string {
  return renderCommandHelp(definitionOf(command));
}
