# What both the build directory and an installation must do with drivers that were built with a sanitizer. Sourced; PATH has the tools,
# WORK/files and WORK/mnt are there, no manager runs.

# build_gate SANITIZER [MISTAKE]: tests/e2e/tools/gate.c as gate-SANITIZER.so, in a directory without its .inf
build_gate() {
    fltcc -g "--$1" ${2:+-DGATE_$2} -o "$work/gate-$1.so" "$top/tests/e2e/tools/gate.c" > "$work/out" 2>&1
}
# touch_mistakes: the creates at which gate.c makes its seeded mistakes; the overflow ends the manager
touch_mistakes() {
    for _ in 1 2 3; do timeout 60 cat "$work/mnt/overflow.txt" "$work/mnt/race.txt" > /dev/null 2>&1; done
    true
}
# reported_by_both SANITIZER KIND WORDS: through fltmc load into a manager of that kind, and through fltrun
reported_by_both() {
    local driver=$work/gate-$1.so said
    start_manager --sanitizer "$2"
    ok "$1: fltmgrd --sanitizer $2 starts" $? "$(tail -5 "$work/log")"
    if [ "$2" = thread ]; then
        (($(printf '0x%s' "$(cat "/proc/$manager/personality")") & 0x40000)) || grep -q "addresses cannot be made fixed" "$work/log"
        ok "$1: its addresses are fixed without any wrapper" $? "$(cat "/proc/$manager/personality")"
    fi
    succeeds "$1: fltmc mount" fltmc mount "$work/files" "$work/mnt"
    succeeds "$1: fltmc load takes the driver into it" fltmc load "$driver" --altitude 265300
    touch_mistakes
    stop_manager
    umount -l "$work/mnt" 2> /dev/null
    grep -q "$3" "$work/log"
    ok "$1: the seeded mistake is reported through fltmc load" $? "$(tail -20 "$work/log")"
    grep -q "PreCreate\|Racer\|gate.c:" "$work/log"
    ok "$1: with its place in the driver" $? "$(tail -20 "$work/log")"
    said=$(fltrun --driver "$driver" --altitude 265300 --mount "$work/files:$work/mnt" -- \
        sh -c 'for i in 1 2 3; do timeout 60 cat "$0/overflow.txt" "$0/race.txt"; done' "$work/mnt" 2>&1)
    grep -q "$3" <<< "$said"
    ok "$1: the seeded mistake is reported through fltrun" $? "$said"
    ! grep -q " $work/mnt " /proc/self/mountinfo
    ok "$1: fltrun leaves no mount, whatever became of the manager" $?
}
sanitized_cases() {
    touch "$work/files/overflow.txt" "$work/files/race.txt"
    build_gate asan OVERFLOW && build_gate tsan RACE && build_gate ubsan SHIFT
    ok "drivers with sanitizers build" $? "$(cat "$work/out")"

    start_manager
    fails_with "a driver with AddressSanitizer is refused by a plain manager, which says what to run" \
        "fltmgrd --sanitizer address" fltmc load "$work/gate-asan.so" --altitude 1000
    fails_with "one with ThreadSanitizer, too" "fltmgrd --sanitizer thread" fltmc load "$work/gate-tsan.so" --altitude 1000
    stop_manager
    : > "$work/log"
    reported_by_both asan address "ERROR: AddressSanitizer: heap-buffer-overflow"
    : > "$work/log"
    reported_by_both tsan thread "WARNING: ThreadSanitizer: data race"
    : > "$work/log"
    reported_by_both ubsan undefined "runtime error: shift exponent"

    : > "$work/log"
    start_manager --sanitizer address
    fails_with "AddressSanitizer's manager refuses a driver with ThreadSanitizer by both names" \
        "built with ThreadSanitizer, this manager runs with AddressSanitizer" fltmc load "$work/gate-tsan.so" --altitude 1000
    succeeds "it takes one with UndefinedBehaviorSanitizer" fltmc load "$work/gate-ubsan.so" --altitude 1001
    build_driver plain > /dev/null 2>&1
    succeeds "and one without any" fltmc load "$work/plain.so" --altitude 1002
    stop_manager
    ok "it ends cleanly" $? "$(tail -20 "$work/log")"
    start_manager --sanitizer thread
    fails_with "ThreadSanitizer's manager refuses a driver with AddressSanitizer by both names" \
        "built with AddressSanitizer, this manager runs with ThreadSanitizer" fltmc load "$work/gate-asan.so" --altitude 1000
    stop_manager
    ok "it ends cleanly, too" $? "$(tail -20 "$work/log")"
    fails_with "fltrun refuses drivers with different sanitizers by name" "gate-asan.so was built with address.*gate-tsan.so with thread" \
        fltrun --driver "$work/gate-asan.so" --altitude 1 --driver "$work/gate-tsan.so" --altitude 2 -- true
    fails_with "an unknown sanitizer" "address, thread, undefined or none, not \"memory\"" fltmgrd --sanitizer memory
}
