#!/usr/bin/env bash
# The README's programs, as they stand there: they build without a warning and do what it says.
. "$(dirname "$0")/lib.sh"
# block N: the N-th piece of C in the README
block() {
    awk -v wanted="$1" '/^```c$/ {number++; on = 1; next} /^```$/ {on = 0} on && number == wanted' "$top/README.md"
}
block 1 > "$work/first.c"
said=$(cd "$work" && fltcc first.c -o first.so 2>&1)
ok "the README's first driver builds" $? "$said"
[ -z "$said" ]
ok "without a warning" $? "$said"
touch "$work/files/seen.txt"
said=$(fltrun --driver "$work/first.so" --altitude 370000 --mount "$work/files:$work/mnt" -- cat "$work/mnt/seen.txt" 2>&1)
ok "fltrun gives the command's status back" $? "$said"
grep -Fq '\seen.txt' <<< "$said"
ok "the driver saw the create" $? "$said"

block 2 > "$work/echo.c"
block 3 > "$work/echoapp.c"
for name in echo echoapp; do
    sed '1,/^ \*\/$/d' "$top/samples/echo/$name.c" | cmp - "$work/$name.c"
    ok "the README's $name.c is the sample's" $?
done
said=$(cd "$work" && fltcc echo.c -o echo.so 2>&1 && fltcc --app echoapp.c -o echoapp 2>&1)
ok "the README's echo builds" $? "$said"
[ -z "$said" ]
ok "without a warning" $? "$said"
said=$(cd "$work" && fltrun --driver echo.so --altitude 370100 -- ./echoapp "over and back" 2>/dev/null)
[ "$said" = "over and back" ]
ok "what the application sends comes back" $? "$said"
