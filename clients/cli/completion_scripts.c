#include "clients/cli/completion_scripts.h"

#include <stddef.h>

/* bash breaks words at '=' and ':', so they are put together again, and of what comes back only the
 * part behind the break is given to it. */
static const char BASH[] =
    "# bash completion for beckon; made by: beckon completion bash\n"
    "_beckon() {\n"
    "    local i word kept reply line=()\n"
    "    for ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if ((${#line[@]} > 0)) &&\n"
    "           [[ $word == [:=]* || ${COMP_WORDS[i-1]} == *[:=] ]]; then\n"
    "            line[${#line[@]}-1]+=$word\n"
    "        else\n"
    "            line+=(\"$word\")\n"
    "        fi\n"
    "    done\n"
    "    word=${line[${#line[@]}-1]}\n"
    "    kept=\n"
    "    [[ $word == *[:=]* ]] && kept=${word%\"${word##*[:=]}\"}\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r reply _; do\n"
    "        if [[ $reply == :files ]]; then\n"
    "            compopt -o default\n"
    "            return\n"
    "        fi\n"
    "        COMPREPLY+=(\"${reply#\"$kept\"}\")\n"
    "    done < <(\"${COMP_WORDS[0]/#\\~/$HOME}\" __complete \"${line[@]}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _beckon beckon\n";

static const char ZSH[] =
    "#compdef beckon\n"
    "# zsh completion for beckon; made by: beckon completion zsh\n"
    "_beckon() {\n"
    "    local line name\n"
    "    local -a lines candidates\n"
    "    lines=(\"${(@f)$(${(Q)words[1]/#\\~/$HOME} __complete \"${(@Q)words[2,CURRENT]}\" "
    "2>/dev/null)}\")\n"
    "    if [[ ${lines[1]} == :files ]]; then\n"
    "        _files\n"
    "        return\n"
    "    fi\n"
    "    for line in $lines; do\n"
    "        name=${line%%$'\\t'*}\n"
    "        candidates+=(\"${name//:/\\\\:}:${line#*$'\\t'}\")\n"
    "    done\n"
    "    _describe beckon candidates\n"
    "}\n"
    "if [[ ${funcstack[1]} == _beckon ]]; then\n"
    "    _beckon \"$@\"\n"
    "else\n"
    "    compdef _beckon beckon\n"
    "fi\n";

static const char FISH[] =
    "# fish completion for beckon; made by: beckon completion fish\n"
    "function __beckon_complete\n"
    "    set -l words (commandline -opc)\n"
    "    set -l current (commandline -ct)\n"
    "    set -l program $words[1]\n"
    "    set -e words[1]\n"
    "    set -l lines ($program __complete $words \"$current\" 2>/dev/null)\n"
    "    if test \"$lines[1]\" = :files\n"
    "        __fish_complete_path \"$current\"\n"
    "        return\n"
    "    end\n"
    "    printf '%s\\n' $lines\n"
    "end\n"
    "complete -c beckon -f -a '(__beckon_complete)'\n";

const struct completion_script COMPLETION_SCRIPTS[] = {
    {"bash", BASH},
    {"zsh", ZSH},
    {"fish", FISH},
    {NULL, NULL},
};
