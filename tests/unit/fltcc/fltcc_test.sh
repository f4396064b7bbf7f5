#!/bin/sh
# fltcc_test.sh FLTCC SOURCES COMPILER: what fltcc accepts, what it says, what it leaves in the object. TAP.
fltcc=$(realpath "$1")
sources=$2
cc=$3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
number=0

check() { # description; the last command's status is in $result
    number=$((number + 1))
    if [ "$result" = 0 ]; then
        echo "ok $number - fltcc: $1"
    else
        echo "not ok $number - fltcc: $1"
        sed 's/^/# /' log 2>/dev/null
    fi
}

run() { # fltcc with the compiler; its messages go to log
    "$fltcc" --cc="$cc" "$@" >log 2>&1
}

says() { # the log has a line with the text
    grep -F -q -e "$1" log
}

for language in c cpp; do
    run --app "$sources/dialect/dialect.$language" -o dialect && ./dialect >>log 2>&1 && ! grep -q '^not ok' log && ! says warning
    result=$?
    check "the dialect in $language, without a warning"
done

cat >driver.c <<'EOF'
#include <ntdef.h>
#include <ntstatus.h>
int FltNoSuchFunction(int);
NTSTATUS DriverEntry(void *object, void *path)
{
    UNREFERENCED_PARAMETER(object);
    return FltNoSuchFunction(path != 0);
}
EOF
run driver.c -o driver.so && says "openfltmgr has no FltNoSuchFunction: driver.so will not load"
result=$?
check "a missing function is named at build"

[ "$(nm -D --defined-only driver.so | awk '{print $3}')" = DriverEntry ]
result=$?
check "only DriverEntry is exported"

cat >bound.c <<'EOF'
typedef unsigned short unit;
unsigned __int64 wcslen(const unit *);
int DriverEntry(void *object, unit *path)
{
    return object != 0 && wcslen(path);
}
EOF
! run bound.c -o bound.so && says "uses the C library's own wcslen" && [ ! -e bound.so ]
result=$?
check "a bound name of the C library is refused"

echo 'int Helper(void) { return 1; }' >helper.c
! run helper.c -o helper.so && says "no DriverEntry in any source"
result=$?
check "a driver without DriverEntry is refused"

echo 'int DriverEntry(void *, void *) { return 0; }' >mangled.cpp
! run mangled.cpp -o mangled.so && says 'declare it extern "C"'
result=$?
check "a DriverEntry with a C++ name is explained"

mkdir -p Include
printf '#define BROKEN(x) x +\r\n' >Include/Broken.h
printf '#include "include\\broken.H"\r\n\r\nint f(void)\r\n{\r\n    return BROKEN(1);\r\n}\r\n' >place.c
! run -c place.c -o place.o && says "place.c:5" && ! says /tmp/fltcc
result=$?
check "an error is told at the user's line"

printf '#include "Include\\Missing.h"\n' >missing.c
! run -c missing.c -o missing.o && says "missing.c:1" && says "Include/Missing.h"
result=$?
check "a missing header is told at the user's line"

cat >debug.c <<'EOF'
#include "include\inline.h"
int DriverEntry(void *object, void *path)
{
    long i, sum = 0;
    __try {
        for (i = 0; i < 10L; i++)
            sum += Square(i);
    } __finally {
        sum++;
    }
    return (int)(sum + (object == path));
}
EOF
printf '__inline int Square(int x)\r\n{\r\n    return x * x;\r\n}\r\n' >Include/Inline.h
run -g debug.c -o debug.so && readelf --debug-dump=info,decodedline debug.so >dump 2>&1 &&
    grep -q "DW_AT_name.*debug\.c" dump && grep -q "Inline\.h" dump && ! grep -q "fltcc-" dump
result=$?
cp dump log 2>/dev/null
check "debug information names the user's files"

cat >seh.c <<'EOF'
int f(void)
{
    __try {
        f();
    }
    return 0;
}
int g(void)
{
    __leave;
    return (int)GetExceptionCode();
}
EOF
! run -c seh.c -o seh.o && says "seh.c:3: error: __try needs" && says "seh.c:10: error: __leave outside" && says "seh.c:11: error: GetExceptionCode"
result=$?
check "mistakes in structured exceptions are told"

printf '\377\376' >utf16.c
printf 'int DriverEntry(void *o, void *p) { return o == p && L"\344\366"[0] == 0xE4; }\n' | iconv -f latin1 -t utf-16le >>utf16.c
printf 'int g(void) { return L"\200"[0]; } // \344\r\n' >cp1252.c
run -w utf16.c cp1252.c -o encodings.so
result=$?
check "sources in UTF-16 and code page 1252"

run -c -MD -MF deps.d debug.c -o debug.o && grep -q "Inline\.h" deps.d && grep -q '^debug.o:' deps.d
result=$?
check "dependencies name the headers by their real names"

run -DVALUE=4 -UOTHER -I include -O2 -g -Wshadow -fstack-protector-strong -std=gnu11 --save-temps -v -c debug.c -o flags.o && says -Wshadow &&
    says -std=gnu11 && rm -rf "$(sed -n 's/^fltcc: intermediate files are in //p' log)"
result=$?
check "options pass through"

! run --frobnicate debug.c -o x.so && says "unknown option --frobnicate"
result=$?
check "an unknown option is refused"

# Two drivers' worth of a project: conditions, wildcards, metadata, Windows paths.
mkdir -p project/Src project/Shared
printf '#define SHARED 7\n' >project/Shared/Common.h
printf '#include <common.h>\nint Part(void) { return SHARED + EXTRA; }\n' >project/Src/Part.c
printf 'int DriverEntry(void *o, void *p) { extern int Part(void); return Part() + DBG + (o == p); }\n' >project/Main.c
printf '#error not for this build\n' >project/Src/Unused.c
cat >project/My.vcxproj <<'EOF'
<?xml version="1.0" encoding="utf-8"?>
<Project DefaultTargets="Build" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <!-- a comment -->
  <PropertyGroup Condition="'$(Configuration)|$(Platform)'=='Debug|x64'">
    <ConfigurationType>Driver</ConfigurationType>
    <UseDebugLibraries>true</UseDebugLibraries>
    <Extra>EXTRA=1</Extra>
  </PropertyGroup>
  <PropertyGroup Condition="'$(Configuration)'=='Release' and ('$(Platform)'!='Win32' or exists('nowhere'))">
    <ConfigurationType>Driver</ConfigurationType>
    <TargetName>$(ProjectName)Release</TargetName>
    <Extra>EXTRA=2;DBG=0</Extra>
  </PropertyGroup>
  <Import Project="$(VCTargetsPath)\Microsoft.Cpp.props" />
  <ItemDefinitionGroup>
    <ClCompile>
      <PreprocessorDefinitions>%(PreprocessorDefinitions);$(Extra)</PreprocessorDefinitions>
      <AdditionalIncludeDirectories>%(AdditionalIncludeDirectories);.\SHARED;$(DDK_INC_PATH)</AdditionalIncludeDirectories>
    </ClCompile>
  </ItemDefinitionGroup>
  <ItemGroup>
    <ClCompile Include="main.c" />
    <ClCompile Include="src\p*.C" />
    <ClCompile Include="src\unused.c">
      <ExcludedFromBuild Condition="'$(Platform)'=='x64'">true</ExcludedFromBuild>
    </ClCompile>
    <ClInclude Include="Shared\Common.h" />
  </ItemGroup>
</Project>
EOF
run project/My.vcxproj && [ -e My.so ]
result=$?
check "a project builds its debug configuration"
run project/My.vcxproj --configuration=Release && [ -e MyRelease.so ]
result=$?
check "a project builds its release configuration"
cat >project/Service.vcxproj <<'EOF'
<?xml version="1.0" encoding="utf-8"?>
<Project DefaultTargets="Build" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <PropertyGroup>
    <ConfigurationType>Application</ConfigurationType>
    <TargetName>Guard</TargetName>
  </PropertyGroup>
  <ItemDefinitionGroup>
    <ClCompile>
      <PreprocessorDefinitions>ANSWER=42</PreprocessorDefinitions>
    </ClCompile>
    <Link>
      <AdditionalDependencies>%(AdditionalDependencies);fltLib.lib</AdditionalDependencies>
    </Link>
  </ItemDefinitionGroup>
  <ItemGroup>
    <ClCompile Include="src\main.c" />
  </ItemGroup>
</Project>
EOF
cat >project/Src/Main.c <<'EOF'
#include <windows.h>
#include <fltUser.h>
#include <stdio.h>
int main(void)
{
    HANDLE port;
    printf("%d 0x%08lX\n", ANSWER, FilterConnectCommunicationPort(NULL, 0, NULL, 0, NULL, &port));
    return 0;
}
EOF
run project/Service.vcxproj && [ "$(OPENFLTMGR_RUNTIME=$work ./Guard)" = "42 0x80070057" ]
result=$?
check "a project of a service builds a program that runs"
printf '<Project><PropertyGroup><A></PropertyGroup></Project>' >bad.vcxproj
! run bad.vcxproj && says "bad.vcxproj:1:"
result=$?
check "a damaged project is refused with its line"

cat >wide.c <<'EOF'
#include <stdio.h>
int read(int a)
{
    return a;
}
int wmain(int count, wchar_t **arguments)
{
    wprintf(L"%d %s\n", count, arguments[1]);
    return read(3);
}
EOF
run --app wide.c -o wide && [ "$(./wide 'äö€')" = "2 äö€" ]
result=$?
check "a program with wmain and a function named read"

cat >service.cpp <<'EOF'
#include <windows.h>
#include <stdio.h>
struct task {
    virtual int run() = 0;
    virtual ~task() {}
};
struct answer : task {
    int run() override { throw 42; }
};
static int guarded(task *t)
{
    __try {
        RaiseException(0xE0000007, 0, 0, NULL);
    } __except (GetExceptionCode() == 0xE0000007) {
        return t->run();
    }
    return 0;
}
int wmain(int, wchar_t **)
{
    static answer a;
    task *t = new answer(a);
    int got = 0;
    try {
        guarded(t);
    } catch (int thrown) {
        got = thrown;
    }
    delete t;
    printf("%d\n", got);
    return 0;
}
EOF
run --app service.cpp -o service && [ "$(./service)" = 42 ]
result=$?
check "a service in C++ with exceptions of both kinds"

run --coverage -w -g "$sources/drivers/beta.c" -o coverage.so && nm coverage.so | grep -q -E "gcov|llvm_gcda|llvm_gcov" && [ -e coverage.so-beta.gcno ]
result=$?
check "--coverage"

if [ "$cc" = clang ]; then
    run --fuzz -w "$sources/drivers/beta.c" -o fuzz.so && nm fuzz.so | grep -q sanitizer_cov
    result=$?
    check "--fuzz"
else
    ! run --fuzz "$sources/drivers/beta.c" -o fuzz.so && says "--fuzz needs clang"
    result=$?
    check "--fuzz asks for clang"
fi
echo "1..$number"
