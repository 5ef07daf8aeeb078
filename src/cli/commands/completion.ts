import { Type } from "@sinclair/typebox";
import { type Command, command, data } from "../command.js";
import { UsageError } from "../usage-error.js";

const NAME = "libvirt-rpc";
const FUNCTION = "_libvirt_rpc";

// bash takes colons for the ends of words, which a URI is full of: so the line is split anew, without its quotes.
const BASH = `${FUNCTION}() {
  local IFS=$' \\t\\n' words cut
  read -ra words <<<"\${COMP_LINE:0:COMP_POINT}"
  [[ \${COMP_LINE:COMP_POINT-1:1} == [[:space:]] ]] && words+=("")
  words=("\${words[@]//[\\"\\']/}")
  cut=\${words[-1]}
  cut=\${cut%"\${cut##*[:=]}"}
  IFS=$'\\n'
  COMPREPLY=($(${NAME} -q complete -- "\${words[@]:1}" 2>/dev/null))
  COMPREPLY=("\${COMPREPLY[@]#"$cut"}")
}
complete -o default -F ${FUNCTION} ${NAME}
`;

const ZSH = `#compdef ${NAME}
${FUNCTION}() {
  local -a found
  found=("\${(@f)$(${NAME} -q complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n $found ]] && compadd -a found
}
compdef ${FUNCTION} ${NAME}
`;

const FISH = `complete -c ${NAME} -f -a '(${NAME} -q complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** `completion`: what a shell needs to complete our command lines. */
export const completion: Command = command({
  options: [data("shell", "bash, zsh or fish")],
  description: `Prints a script; for instance: eval "$(${NAME} completion bash)"`,
  schema: Type.Object({ script: Type.String() }),
  run: async (_context, args) => {
    const script = SCRIPTS[args.text("shell")];
    if (script === undefined)
      throw new UsageError(`unknown shell '${args.text("shell")}': expecting bash, zsh or fish`);
    return { script };
  },
  text: ({ script }, _args, { options }) => (options.quiet ? script : script.trimEnd()),
});
