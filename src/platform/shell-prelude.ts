/**
 * What a learner's shell reads before each command: where variables, functions and the folder come back and are kept.
 * All names begin with `__mw_`; nothing else of ours is visible to the learner. bash 3.2 (macOS) and POSIX sh.
 */

/** $__mw_kept is the file with what was kept. Sets what differs from the environment that the shell was started with. */
export const bashPrelude = `
__mw_skip='__mw_*|BASH*|COLUMNS|COMP_*|DIRSTACK|EPOCH*|EUID|FUNCNAME|GROUPS|HIST*|HOSTNAME|HOSTTYPE|IFS|LINENO|LINES|MACHTYPE|MAIL*|OLDPWD|OPTERR|OPTIND|OSTYPE|PIPESTATUS|PPID|PS[0-4]|PWD|RANDOM|SECONDS|SHELLOPTS|SHLVL|SRANDOM|TERM|UID|_'
eval "__mw_is_ours() { case \\$1 in $__mw_skip) return 0 ;; *) return 1 ;; esac; }"
for __mw_name in $(compgen -v); do
  __mw_is_ours "$__mw_name" || eval "__mw_was_$__mw_name=\\\${$__mw_name-}"
done
[ -r "$__mw_kept" ] && . "$__mw_kept"
__mw_print() {
  for __mw_name in $(compgen -v); do
    __mw_is_ours "$__mw_name" && continue
    __mw_was=__mw_was_$__mw_name
    [ -n "\${!__mw_was+set}" ] && [ "\${!__mw_was}" = "\${!__mw_name-}" ] && continue
    declare -p "$__mw_name"
  done
  for __mw_was in \${!__mw_was_@}; do
    __mw_name=\${__mw_was#__mw_was_}
    [ -n "\${!__mw_name+set}" ] || printf 'unset -v %s\\n' "$__mw_name"
  done
  for __mw_name in $(compgen -A function); do
    case $__mw_name in __mw_*) ;; *) declare -f "$__mw_name" ;; esac
  done
  printf 'cd -- %q 2>/dev/null || :\\n' "$PWD"
}
__mw_keep() {
  trap - EXIT
  set +efuC
  IFS=$' \\t\\n'
  (umask 077; __mw_print >"$__mw_kept.$$" && mv -f "$__mw_kept.$$" "$__mw_kept") 2>/dev/null || rm -f "$__mw_kept.$$"
  exit "$1"
}
`;

/** POSIX sh cannot list functions, so those do not come back. */
export const shPrelude = `
__mw_is_ours() {
  case $1 in
    __mw_*|_|ENV|IFS|LINENO|OLDPWD|OPTIND|PPID|PS1|PS2|PS4|PWD|SHLVL|TERM) return 0 ;;
    *) return 1 ;;
  esac
}
__mw_names() { set | sed -n 's/^\\([A-Za-z_][A-Za-z0-9_]*\\)=.*/\\1/p'; }
for __mw_name in $(__mw_names); do
  __mw_is_ours "$__mw_name" || eval "__mw_was_$__mw_name=\\\${$__mw_name-}"
done
[ -r "$__mw_kept" ] && . "$__mw_kept"
__mw_quote() {
  __mw_rest=$1 __mw_quoted=
  while :; do
    case $__mw_rest in
      *\\'*) __mw_quoted="$__mw_quoted\${__mw_rest%%\\'*}'\\\\''" __mw_rest=\${__mw_rest#*\\'} ;;
      *) break ;;
    esac
  done
  __mw_quoted="'$__mw_quoted$__mw_rest'"
}
__mw_print() {
  __mw_exports="
$(export -p)"
  for __mw_name in $(__mw_names); do
    case $__mw_name in
      __mw_was_*)
        __mw_name=\${__mw_name#__mw_was_}
        eval "[ -n \\"\\\${$__mw_name+set}\\" ]" || printf 'unset -v %s\\n' "$__mw_name"
        continue ;;
    esac
    __mw_is_ours "$__mw_name" && continue
    eval "[ -n \\"\\\${$__mw_name+set}\\" ]" || continue
    eval "[ -n \\"\\\${__mw_was_$__mw_name+set}\\" ] && [ \\"\\$__mw_was_$__mw_name\\" = \\"\\$$__mw_name\\" ]" && continue
    eval "__mw_quote \\"\\$$__mw_name\\""
    case $__mw_exports in
      *"
export $__mw_name="*) printf 'export %s=%s\\n' "$__mw_name" "$__mw_quoted" ;;
      *) printf '%s=%s\\n' "$__mw_name" "$__mw_quoted" ;;
    esac
  done
  __mw_quote "$PWD"
  printf 'cd -- %s 2>/dev/null || :\\n' "$__mw_quoted"
}
__mw_keep() {
  trap - EXIT INT
  set +efuC
  unset IFS
  (umask 077; __mw_print >"$__mw_kept.$$" && mv -f "$__mw_kept.$$" "$__mw_kept") 2>/dev/null || rm -f "$__mw_kept.$$"
  exit "$1"
}
`;

/** The last line of what is sent; a shell that does not read it (we died while sending) does nothing at all. */
export const endOfScript = '#meshwalk: end of the command';

/** One line, so that the shell counts the learner's own lines in its messages. $1 prelude, $2 kept variables. */
const receive = [
  'exec 2>&1',
  '__mw_prelude=$1 __mw_kept=$2',
  'set --',
  '__mw_script=$(cat)',
  `case $__mw_script in *"${endOfScript}") ;; *) exit 125 ;; esac`,
  'exec </dev/null',
  '. "$__mw_prelude"',
].join('; ');

export const runAndKeep = `${receive}; trap '__mw_keep $?' EXIT; eval "$__mw_script"; __mw_keep $?`;
/**
 * Every line runs, and the first failure is the script's: a lesson's last line that succeeds must not cover up for one
 * before it. An `exit` of its own goes first. POSIX sh has no ERR trap, so there the last line decides, as ever.
 */
export const runAllAndKeep = `${receive}; trap '__mw_keep $?' EXIT; trap '__mw_first=\${__mw_first:-$?}' ERR; eval "$__mw_script"; __mw_keep "\${__mw_first:-$?}"`;
/** dash runs no EXIT trap when a signal ends it. */
export const runAndKeepInSh = `${receive}; trap 'exit 130' INT; trap '__mw_keep $?' EXIT; eval "$__mw_script"; __mw_keep $?`;
export const runBeside = `${receive}; eval "$__mw_script"`;
/** On the terminal; $3 is the script. */
export const runOnTerminal = `__mw_script=$3; __mw_kept=$2; . "$1"; set --; trap '__mw_keep $?' EXIT; eval "$__mw_script"; __mw_keep $?`;
