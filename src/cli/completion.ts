/**
 * Completion for shells, made from the commands as they are.
 */
import type { Command } from 'commander'
import { Failure } from './failures.js'

export const shells = ['bash', 'zsh', 'fish'] as const

/** A script for the shell to read: `source <(npx coatcheck completion bash)`. */
export function completionScript(program: Command, shell: string): string {
  const commands = program.commands.filter((command) => command.name() !== 'help')
  if (shell === 'fish') return fish(commands)
  if (shell === 'bash' || shell === 'zsh') {
    const script = bash(commands)
    return shell === 'bash' ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`
  }
  throw new Failure(`there is completion for ${shells.join(', ')}, and not for ${shell}`, 2)
}

function optionsOf(command: Command): string[] {
  return command.options.map(({ long, short }) => long ?? short ?? '')
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => `    ${command.name()}) words="${optionsOf(command).join(' ')}" ;;`)
  return `_coatcheck() {
  local words="${commands.map((command) => command.name()).join(' ')}"
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _coatcheck coatcheck
`
}

function fish(commands: readonly Command[]): string {
  const lines = ['complete -c coatcheck -f']
  for (const command of commands) {
    const name = command.name()
    lines.push(`complete -c coatcheck -n __fish_use_subcommand -a ${name} -d ${quoted(command.description())}`)
    for (const option of command.options) {
      const long = option.long?.replace(/^--/, '')
      if (long === undefined) continue
      lines.push(
        `complete -c coatcheck -n '__fish_seen_subcommand_from ${name}' -l ${long} -d ${quoted(option.description)}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`
}
