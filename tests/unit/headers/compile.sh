#!/bin/sh
# Every public header of drivers alone, and a driver's usual constructs: C and C++, gcc and clang, as drivers are compiled
# (16-bit wchar_t) and as Linux programs are. TAP.
# usage: compile.sh SOURCE_ROOT
root=$1
here=$root/tests/unit/headers
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
number=0

report() # status name
{
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then echo "ok $number - $2"; else echo "not ok $number - $2"; sed 's/^/# /' "$work/errors" | head -20; fi
}

# one source that includes each header in a file of its own would be slow: the compiler is asked once a header, in parallel
compile_all() # compiler language flags...
{
    compiler=$1 language=$2
    shift 2
    : >"$work/errors"
    for header in $(cd "$root/include" && ls shared/*.h shared/nt/*.h km/*.h km/nt/*.h); do
        case $header in
            */poppack.h | */pshpack?.h | */strsafe_template.h | */strsafe_unicode.h) continue ;; # parts of others
        esac
        name=${header#*/}
        file=$work/$(echo "$name" | tr '/' '_').$language
        echo "#include <$name>" >"$file"
        echo "$file"
    done | xargs -P 2 -I FILE "$compiler" "$@" -Wall -Wextra -Werror -I"$root/include/shared" -I"$root/include/km" \
        -fsyntax-only FILE 2>>"$work/errors"
}

for compiler in gcc clang; do
    command -v $compiler >/dev/null || { report 0 "$compiler # SKIP not installed"; continue; }
    compile_all $compiler c -std=gnu17
    report $? "each header alone, $compiler, C"
    case $compiler in gcc) cxx=g++ ;; *) cxx=clang++ ;; esac
    command -v $cxx >/dev/null || { report 0 "$cxx # SKIP not installed"; continue; }
    compile_all $cxx cc -std=gnu++17
    report $? "each header alone, $cxx, C++"
    for language in c c++; do
        case $language in c) driver=$compiler standard=gnu17 ;; *) driver=$cxx standard=gnu++17 ;; esac
        for debug in 0 1; do
            $driver -x $language -std=$standard -fshort-wchar -fno-builtin -mms-bitfields -D_KERNEL_MODE=1 -D_AMD64_ -DDBG=$debug \
                -DUNICODE -Wall -Wextra -Werror -Wno-multichar -Wno-unknown-pragmas -nostdinc -isystem "$root/include/crt" \
                -isystem "$root/include/shared" -isystem "$root/include/km" \
                -isystem "$($driver -print-file-name=include)" -c "$here/snippet.inc" -o "$work/snippet.o" 2>"$work/errors"
            report $? "a driver's constructs, $driver, $language, DBG=$debug"
        done
    done
done
echo "1..$number"
