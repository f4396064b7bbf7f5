#!/usr/bin/env bash
# The README's first driver, as it stands there: builds without a warning, sees a create.
. "$(dirname "$0")/lib.sh"
awk '/^```c$/ {on = 1; next} /^```$/ {on = 0} on' "$top/README.md" > "$work/first.c"
said=$(cd "$work" && fltcc first.c -o first.so 2>&1)
ok "the README's first driver builds" $? "$said"
[ -z "$said" ]
ok "without a warning" $? "$said"
touch "$work/files/seen.txt"
said=$(fltrun --driver "$work/first.so" --altitude 370000 --mount "$work/files:$work/mnt" -- cat "$work/mnt/seen.txt" 2>&1)
ok "fltrun gives the command's status back" $? "$said"
grep -Fq '\seen.txt' <<< "$said"
ok "the driver saw the create" $? "$said"
