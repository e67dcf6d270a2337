/** The script for each shell. It asks `kvmplay complete` for the words. */
export const completionScripts: Readonly<Record<string, string>> = {
  bash: `# Completion of kvmplay for bash: eval "$(kvmplay completion bash)" in ~/.bashrc
_kvmplay() {
  local kind line after suffix
  COMPREPLY=()
  {
    IFS= read -r kind
    case $kind in
      words)
        while IFS= read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done
        ;;
      playbooks)
        compopt -o filenames
        for suffix in ts mts js mjs; do
          while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -X "!*.$suffix" -- "$2")
        done
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$2")
        ;;
      folders)
        compopt -o filenames
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$2")
        ;;
      files)
        IFS= read -r after
        if [[ -z $after ]]; then
          compopt -o default
        else
          compopt -o nospace
          while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -P "$after" -- "\${2#"$after"}")
        fi
        ;;
    esac
  } < <("$1" complete bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
}
complete -F _kvmplay kvmplay
`,
  zsh: `#compdef kvmplay
# Completion of kvmplay for zsh: eval "$(kvmplay completion zsh)" in ~/.zshrc after compinit, or this as _kvmplay in $fpath
_kvmplay() {
  local -a answer words_only shown
  local line word
  answer=("\${(@f)$("\${words[1]}" complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  case $answer[1] in
    words)
      for line in "\${(@)answer[2,-1]}"; do
        word=\${line%%$'\\t'*}
        words_only+=("$word")
        if [[ $line == *$'\\t'* ]]; then shown+=("$word  -- \${line#*$'\\t'}"); else shown+=("$word"); fi
      done
      compadd -l -d shown -a words_only
      ;;
    playbooks) _files -g '*.(ts|mts|js|mjs)(-.)' ;;
    folders)
      compset -P "\${(b)answer[2]}"
      _files -/
      ;;
    files)
      compset -P "\${(b)answer[2]}"
      _files
      ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _kvmplay "$@"
else
  compdef _kvmplay kvmplay
fi
`,
  fish: `# Completion of kvmplay for fish: kvmplay completion fish | source in ~/.config/fish/config.fish
function __kvmplay_complete
    set -l before (commandline -opc)
    set -l current (string replace -r '^[\\'"]' '' -- (commandline -ct))
    set -l answer ($before[1] complete fish $before[2..-1] "$current" 2>/dev/null)
    switch "$answer[1]"
        case words
            for line in $answer[2..-1]
                echo $line
            end
        case playbooks
            __fish_complete_path "$current" '' | string match -r '.*(?:\\.(?:ts|mts|js|mjs)|/)(?=\\t|$).*'
        case folders
            set -l rest (string sub --start (math (string length -- "$answer[2]") + 1) -- "$current")
            for line in (__fish_complete_directories "$rest" '')
                echo "$answer[2]$line"
            end
        case files
            set -l rest (string sub --start (math (string length -- "$answer[2]") + 1) -- "$current")
            for line in (__fish_complete_path "$rest" '')
                echo "$answer[2]$line"
            end
    end
end
complete -c kvmplay -f -a '(__kvmplay_complete)'
`,
};
