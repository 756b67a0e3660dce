import { UsageError } from '../terminal/usage.ts';
import { type Command, type Commands, command, type Word } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/** All that can stand on a command line: the commands, and what can come after each. */
interface Known extends Word {
  readonly words: readonly Word[];
}

const scripts: Readonly<Record<string, (known: readonly Known[]) => string>> = { bash, zsh, fish };

export function completionOf(commands: Commands): Command {
  return command(
    {
      name: 'completion',
      about: 'A script by which a shell completes commands, options and error codes. It asks nobody, also later.',
      define: (parser) => parser.argument('[shell]', 'bash, zsh or fish'),
      completes: Object.keys(scripts).map((text) => ({ text, about: `for ${text}` })),
      isOnAccount: false,
      after:
        'Put one of these into ~/.bashrc, ~/.zshrc (after compinit) or ~/.config/fish/config.fish:\n' +
        '  source <(rekey completion bash)\n' +
        '  source <(rekey completion zsh)\n' +
        '  rekey completion fish | source',
    },
    async ({ options, names: [shell = ''] }, { stdout }) => {
      const known = await Promise.all(
        Object.entries(commands).map(async ([text, [about, load]]) => ({ text, about, words: (await load()).words })),
      );
      if (options.json) {
        stdout.write(`${JSON.stringify({ version: 1, commands: known }, null, 2)}\n`);
        return exitCodes.good;
      }
      const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
      if (script === undefined) {
        const fact = shell === '' ? 'no shell is named' : `no script for ${JSON.stringify(shell)}`;
        throw new UsageError(fact, 'there is one for bash, for zsh and for fish');
      }
      stdout.write(script(known));
      return exitCodes.good;
    },
  );
}

const texts = (words: readonly Word[]) => words.map(({ text }) => text).join(' ');

/** What is not known, a name or a file, is completed as the shell does it by itself. */
function bash(known: readonly Known[]): string {
  return `_rekey() {
  local words=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${texts(known)} --help --version'
  else
    case "\${COMP_WORDS[1]}" in
${known.map(({ text, words }) => `      ${text}) words='${texts(words)}' ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _rekey rekey
`;
}

function zsh(known: readonly Known[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(known)}`;
}

function fish(known: readonly Known[]): string {
  const lines = known.flatMap(({ text, about, words }) => [
    `complete -c rekey -n __fish_use_subcommand -a ${text} -d ${quoted(about)}`,
    ...words.map((word) => {
      const what = word.text.startsWith('--') ? `-l ${word.text.slice(2)}` : `-a ${word.text}`;
      return `complete -c rekey -n '__fish_seen_subcommand_from ${text}' ${what} -d ${quoted(word.about)}`;
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

/** A text in single quotes, as fish reads them. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
