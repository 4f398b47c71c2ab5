// Every command by its words. A command's module is loaded when it is called, which keeps the start short.

import type { CommandClass } from 'clipanion';
import type { CliContext } from './context.js';

type Load = () => Promise<CommandClass<CliContext>>;

const install: Load = async () => (await import('./commands/install.js')).InstallCommand;
const upgrade: Load = async () => (await import('./commands/upgrade.js')).UpgradeCommand;
const uninstall: Load = async () => (await import('./commands/uninstall.js')).UninstallCommand;

/** In the order of the overview that --help prints. */
export const COMMANDS: Readonly<Record<string, Load>> = {
  status: async () => (await import('./commands/status.js')).StatusCommand,
  install,
  uninstall,
  upgrade,
  deploy: async () => (await import('./commands/deploy.js')).DeployCommand,
  rebase: async () => (await import('./commands/rebase.js')).RebaseCommand,
  rollback: async () => (await import('./commands/rollback.js')).RollbackCommand,
  kargs: async () => (await import('./commands/kargs.js')).KargsCommand,
  initramfs: async () => (await import('./commands/initramfs.js')).InitramfsCommand,
  pin: async () => (await import('./commands/pin.js')).PinCommand,
  unpin: async () => (await import('./commands/unpin.js')).UnpinCommand,
  'finalize-deployment': async () => (await import('./commands/finalize-deployment.js')).FinalizeDeploymentCommand,
  cleanup: async () => (await import('./commands/cleanup.js')).CleanupCommand,
  'refresh-md': async () => (await import('./commands/refresh-md.js')).RefreshMdCommand,
  cancel: async () => (await import('./commands/cancel.js')).CancelCommand,
  reload: async () => (await import('./commands/reload.js')).ReloadCommand,
  history: async () => (await import('./commands/history.js')).HistoryCommand,
  'journal list': async () => (await import('./commands/journal-list.js')).JournalListCommand,
  'journal show': async () => (await import('./commands/journal-show.js')).JournalShowCommand,
  'journal follow': async () => (await import('./commands/journal-follow.js')).JournalFollowCommand,
  'journal verify': async () => (await import('./commands/journal-verify.js')).JournalVerifyCommand,
  'journal export': async () => (await import('./commands/journal-export.js')).JournalExportCommand,
  'journal prune': async () => (await import('./commands/journal-prune.js')).JournalPruneCommand,
  compose: async () => (await import('./commands/compose.js')).ComposeCommand,
};

/** Names that old habits and other programs use; not shown. */
export const HIDDEN_ALIASES: Readonly<Record<string, Load>> = {
  'pkg-add': install,
  remove: uninstall,
  'pkg-remove': uninstall,
  update: upgrade,
};

export interface FoundCommand {
  readonly words: readonly string[];
  readonly load: Load;
}

/** The command whose words these are, the longer ones first; null when there is none. */
export function findCommand(words: readonly string[]): FoundCommand | null {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ');
    const load = lookUp(COMMANDS, name) ?? lookUp(HIDDEN_ALIASES, name);
    if (words.length >= length && load !== null) return { words: words.slice(0, length), load };
  }
  return null;
}

/** The second words of a first word that is no command by itself, e.g. of `journal`. */
export function subcommandsOf(word: string): readonly string[] {
  return Object.keys(COMMANDS).flatMap((name) => (name.startsWith(`${word} `) ? [name.slice(word.length + 1)] : []));
}

function lookUp(table: Readonly<Record<string, Load>>, name: string): Load | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}
