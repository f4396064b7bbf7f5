#!/bin/sh
# seh_table.sh FLTCC SOURCE OPTIONS...: builds the table as a program and runs it.
fltcc=$1
source=$2
shift 2
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT
"$fltcc" --app -g "$@" "$source" -o "$directory/table" >"$directory/log" 2>&1 || {
    cat "$directory/log" >&2
    echo "Bail out! fltcc $* $source failed"
    exit 1
}
# ThreadSanitizer of gcc 12 needs a fixed address space on some kernels.
if setarch -R true 2>/dev/null; then
    setarch -R "$directory/table"
else
    "$directory/table"
fi
