# Makes completion for bash of docs/commands.md, which the commands themselves are held to.

function words_of(path, word) { words[path] = words[path] == "" ? word : words[path] " " word }

/^## policydaemon/ {
    path = substr($0, 4)
    paths[++count] = path
    if (match(path, / [^ ]+$/)) words_of(substr(path, 1, RSTART - 1), substr(path, RSTART + 1))
}
path != "" && /^\| `--/ {
    split($0, parts, /`/)
    split(parts[2], option, / /)
    words_of(path, option[1])
    if (option[2] == "FILE" && !(option[1] in seen)) files = files (files == "" ? "" : " | ") option[1]
    seen[option[1]] = 1
}
END {
    print "# bash completion for policydaemon(8)\n_policydaemon()\n{\n    local cur=${COMP_WORDS[COMP_CWORD]} command=policydaemon word"
    print "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n        " files ")\n            mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n            return\n            ;;\n    esac"
    print "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n        case \"$command $word\" in"
    for (number = 2; number <= count; number++) printf "            \"%s\"%s", paths[number], (number == count ? ") command+=\" $word\" ;;\n" : " | \\\n")
    print "        esac\n    done\n    case $command in"
    for (number = 1; number <= count; number++) printf "        \"%s\") word=\"%s%s\" ;;\n", paths[number], words[paths[number]], (number == 1 ? "" : " --config --help")
    print "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$word\" -- \"$cur\")\n}\ncomplete -F _policydaemon policydaemon"
}
