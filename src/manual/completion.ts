// What bash completes after `apt-ostree`, from the commands' own usage.

import type { CommandHelp } from '../cli/render/help.js';

/** Commands whose operands are names of packages that apt knows. */
const TAKES_PACKAGES = ['install'];
/** Commands whose operands may be files. */
const TAKES_FILES = ['install', 'compose'];

export function bashCompletion(commands: readonly CommandHelp[]): string {
  const names = commands.map(({ name }) => name);
  const first = [...new Set(names.map((name) => name.split(' ')[0] ?? ''))];
  const groups = first.filter((word) => !names.includes(word));
  return `# bash completion for apt-ostree, made by the build from its table of commands

_apt_ostree()
{
    local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' words='' i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case \${COMP_WORDS[i]} in
            ${valued(commands).join('|')}) ((i++)) ;;
            -*) ;;
            *)
                command=\${COMP_WORDS[i]}
                case $command in
                    ${groups.join('|')}) ((i + 1 < COMP_CWORD)) && command+=" \${COMP_WORDS[i+1]}" ;;
                esac
                break
                ;;
        esac
    done
    case $prev in
        --sysroot) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
        ${without(valued(commands), '--sysroot').join('|')}) return ;;
    esac
    case $command in
        '') words='${first.join(' ')} --help --version' ;;
${[...groups.map((group) => groupCase(group, names)), ...commands.map(commandCase)].join('\n')}
    esac
    mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$cur")
} && complete -F _apt_ostree apt-ostree
`;
}

/** Options that a value follows. */
function valued(commands: readonly CommandHelp[]): readonly string[] {
  const options = commands.flatMap((command) => command.options.filter(({ value }) => value !== null));
  return [...new Set(options.flatMap(({ names }) => names))].sort();
}

function without(words: readonly string[], word: string): readonly string[] {
  return words.filter((each) => each !== word);
}

function groupCase(group: string, names: readonly string[]): string {
  const second = names.filter((name) => name.startsWith(`${group} `)).map((name) => name.slice(group.length + 1));
  return `        ${group}) words='${second.join(' ')}' ;;`;
}

/** Options after a dash, operands else. */
function commandCase({ name, options }: CommandHelp): string {
  const spelled = [...options.flatMap(({ names }) => names.filter((each) => each.startsWith('--'))), '--help'];
  const operands = [
    ...(TAKES_PACKAGES.includes(name) ? ['mapfile -t COMPREPLY < <(apt-cache pkgnames -- "$cur" 2>/dev/null)'] : []),
    ...(TAKES_FILES.includes(name) ? ['compopt -o default'] : []),
  ];
  const otherwise = operands.length === 0 ? '' : `; else ${operands.join('; ')}`;
  return `        '${name}') if [[ $cur == -* ]]; then words='${spelled.join(' ')}'${otherwise}; fi ;;`;
}
