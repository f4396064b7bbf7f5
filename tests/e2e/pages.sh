#!/usr/bin/env bash
# The tools' manual pages: every option and command that --help knows stands in the page.
. "$(dirname "$0")/lib.sh"
# options TEXT: what looks like an option, one a line
options() {
    grep -oE -- '(^|[^A-Za-z0-9-])--?[A-Za-z][A-Za-z-]*' <<< "$1" | grep -oE -- '--?[A-Za-z].*' | sort -u
}
# in_page TOOL.SECTION HELP-TEXT
in_page() {
    local page=$top/man/$1.scd option missing="" known
    known=$(options "$2")
    for option in $known; do
        grep -qE -- "(^|[^A-Za-z0-9-])$option([^A-Za-z0-9-]|\$)" "$page" || missing="$missing $option"
    done
    [ -n "$known" ] && [ -z "$missing" ]
    ok "$1 tells of every option of --help" $? "missing:$missing"
}
in_page fltcc.1 "$(fltcc --help)"
in_page fltrun.1 "$(fltrun --help)"
in_page fltmgrd.8 "$(fltmgrd --help)"
commands=$(fltmc help | sed -n 's/^    \([a-z]*\)   *[A-Z].*/\1/p')
help=$(fltmc help; for command in $commands; do fltmc help "$command"; done)
in_page fltmc.8 "$help"
missing=
for command in $commands; do grep -q "^\*$command[* ]" "$top/man/fltmc.8.scd" || missing="$missing $command"; done
[ "$(wc -w <<< "$commands")" -ge 13 ] && [ -z "$missing" ]
ok "fltmc.8 tells of every command" $? "missing:$missing"
# and the other way round: the page promises no option that the tool refuses
for tool in fltmc:8 fltrun:1 fltmgrd:8 fltcc:1; do
    page=$top/man/${tool%:*}.${tool#*:}.scd
    case $tool in fltmc:*) text=$help ;; *) text=$("${tool%:*}" --help) ;; esac
    promised=$(grep -E '^\*-' "$page" | grep -oE -- '\*--[a-z][a-z-]*' | tr -d '*' | sort -u)
    missing=
    for option in $promised; do grep -qE -- "$option([^a-z-]|\$)" <<< "$text" || missing="$missing $option"; done
    [ -z "$missing" ]
    ok "${tool%:*} --help tells of what its page promises" $? "missing:$missing"
done
