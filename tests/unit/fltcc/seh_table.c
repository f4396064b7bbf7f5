/* The acceptance table of structured exception handling: built by fltcc with each compiler, optimisation and sanitizer,
   in C and (seh_table.cpp) in C++; prints TAP. Locals are plain on purpose: their values after a fault are tested. */
#include <windows.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif
void ofm_seh_raise(struct _EXCEPTION_RECORD *record);
#ifdef __cplusplus
}
#endif

#define AV 0xC0000005
#define NOINLINE __declspec(noinline)

static char trace[256];

static void note(const char *what)
{
    strcat(trace, what);
}

static int *volatile nowhere;

NOINLINE static int read_nowhere(void)
{
    return *nowhere;
}

NOINLINE static void write_nowhere(int value)
{
    *nowhere = value;
}

static void raise_status(unsigned code, unsigned flags)
{
    EXCEPTION_RECORD record;
    memset(&record, 0, sizeof record);
    record.ExceptionCode = (NTSTATUS)code;
    record.ExceptionFlags = flags;
    ofm_seh_raise(&record);
}

static int fault_caught(void)
{
    int before = 1, in = 0, after = 0;
    __try {
        before = 2;
        in = read_nowhere();
        after = 1;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return before == 2 && in == 0 && after == 0;
    }
    return 0;
}

static int fault_in_own_code(void)
{
    int steps = 0;
    int *p = nowhere;
    __try {
        steps++;
        *p = 5;
        steps++;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        steps += 10;
    }
    return steps == 11;
}

static int record_tells_address(void)
{
    unsigned __int64 address = 0, kind = 9;
    void *place = 0;
    nowhere = (int *)0x1234000;
    __try {
        write_nowhere(1);
    } __except (address = GetExceptionInformation()->ExceptionRecord->ExceptionInformation[1],
        kind = GetExceptionInformation()->ExceptionRecord->ExceptionInformation[0],
        place = GetExceptionInformation()->ExceptionRecord->ExceptionAddress,
        EXCEPTION_EXECUTE_HANDLER) {
        note("h");
    }
    nowhere = 0;
    return address == 0x1234000 && kind == EXCEPTION_WRITE_FAULT && place != 0 && !strcmp(trace, "h");
}

static int code_in_handler(void)
{
    unsigned long code = 0, divided = 0;
    volatile int zero = 0;
    __try {
        read_nowhere();
    } __except (GetExceptionCode() == AV ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
        code = GetExceptionCode();
    }
    __try {
        divided = (unsigned long)(7 / zero);
    } __except (1) {
        divided = GetExceptionCode();
    }
    return code == AV && divided == 0xC0000094;
}

static int nested(void)
{
    int order = 0;
    __try {
        __try {
            read_nowhere();
        } __except (EXCEPTION_CONTINUE_SEARCH) {
            order = 100;
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        order += 1;
        __try {
            read_nowhere();
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            order += 2;
        }
    }
    return order == 3;
}

static int filters_before_finally(void)
{
    __try {
        __try {
            read_nowhere();
        } __finally {
            note(AbnormalTermination() ? "F" : "f");
        }
    } __except (note("x"), EXCEPTION_EXECUTE_HANDLER) {
        note("h");
    }
    return !strcmp(trace, "xFh");
}

NOINLINE static void callee_with_finally(void)
{
    __try {
        read_nowhere();
    } __finally {
        note("c");
    }
    note("never");
}

static int finally_of_callee(void)
{
    __try {
        callee_with_finally();
    } __except (note("x"), 1) {
        note("h");
    }
    return !strcmp(trace, "xch");
}

NOINLINE static void callee_faults_in_finally(void)
{
    __try {
        note("b");
        read_nowhere();
    } __finally {
        note("c");
        raise_status(0xC0001234, 0);
    }
}

static int exception_in_finally_of_callee(void)
{
    unsigned long code = 0;
    __try {
        __try {
            callee_faults_in_finally();
        } __except (GetExceptionCode() == 0xC0001234) {
            code = GetExceptionCode();
            note("i");
        }
    } __except (1) {
        note("o");
    }
    /* The fault was the outer one's; the exception in the __finally block takes over and the inner one wants it. */
    return code == 0xC0001234 && !strcmp(trace, "bci");
}

static int leave_out_of_loop(void)
{
    int i;
    __try {
        for (i = 0; i < 10; i++)
            if (i == 4)
                __leave;
        note("never");
    } __finally {
        note(AbnormalTermination() ? "A" : "n");
    }
    return i == 4 && !strcmp(trace, "n");
}

static int leave_out_of_switch(void)
{
    int kind = 2, after = 0;
    __try {
        switch (kind) {
        case 1:
            note("1");
            break;
        case 2:
            note("2");
            __leave;
        default:
            note("d");
        }
        after = 1;
    } __except (1) {
        note("h");
    }
    return after == 0 && !strcmp(trace, "2");
}

static int leave_of_inner_only(void)
{
    __try {
        __try {
            __leave;
        } __finally {
            note("i");
        }
        note("m");
        __leave;
    } __finally {
        note("o");
    }
    return !strcmp(trace, "imo");
}

NOINLINE static int returns_through_two(int value)
{
    __try {
        __try {
            return value * 2;
        } __finally {
            note(AbnormalTermination() ? "I" : "i");
            value = 1000;
        }
    } __finally {
        note(AbnormalTermination() ? "O" : "o");
        value = 2000;
    }
    return -1;
}

static int return_through_two_finally(void)
{
    return returns_through_two(21) == 42 && !strcmp(trace, "IO");
}

NOINLINE static int returns_from_try(void)
{
    __try {
        return 7;
    } __except (1) {
        note("wrong");
    }
    return 0;
}

static int fault_after_return_from_try(void)
{
    int got = returns_from_try();
    __try {
        read_nowhere();
    } __except (1) {
        note("right");
    }
    return got == 7 && !strcmp(trace, "right");
}

static int fault_in_return_expression(void)
{
    __try {
        return read_nowhere();
    } __except (1) {
        return 1;
    }
}

static int locals_after_fault(void)
{
    int a = 1, b = 2, i, sum = 0;
    char text[16] = "start";
    double d = 1.5;
    __try {
        for (i = 0; i < 100; i++) {
            sum += i;
            a = b + i;
            d *= 2;
            if (i == 5) {
                strcpy(text, "changed");
                write_nowhere(a);
            }
            b = a;
        }
    } __except (1) {
        ;
    }
    return a == 17 && b == 12 && i == 5 && sum == 15 && d == 96.0 && !strcmp(text, "changed");
}

static int fault_in_filter_inner_try(void)
{
    __try {
        read_nowhere();
    } __except (fault_caught() ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
        note("h");
    }
    return !strcmp(trace, "h");
}

static int fault_in_filter_goes_outward(void)
{
    unsigned long code = 0;
    __try {
        __try {
            __try {
                raise_status(0xC0000055, 0);
            } __finally {
                note("f");
            }
        } __except (note("x"), read_nowhere()) {
            note("wrong");
        }
    } __except (1) {
        code = GetExceptionCode();
        note("h");
    }
    return code == AV && !strcmp(trace, "xfh");
}

static int continue_search_to_caller(void)
{
    int asked = 0;
    __try {
        __try {
            __try {
                read_nowhere();
            } __except (asked++, EXCEPTION_CONTINUE_SEARCH) {
                note("1");
            }
        } __except (asked++, EXCEPTION_CONTINUE_SEARCH) {
            note("2");
        }
    } __except (asked++, EXCEPTION_EXECUTE_HANDLER) {
        note("3");
    }
    return asked == 3 && !strcmp(trace, "3");
}

static int mend(struct _EXCEPTION_POINTERS *pointers, int *good)
{
    (void)pointers;
    nowhere = good;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static int continue_execution_after_raise(void)
{
    int good = 5;
    __try {
        raise_status(0xE0000001, 0);
        note("went on");
    } __except (mend(GetExceptionInformation(), &good)) {
        note("h");
    }
    nowhere = 0;
    return !strcmp(trace, "went on");
}

static int noncontinuable(void)
{
    unsigned long second = 0;
    __try {
        raise_status(0xE0000001, EXCEPTION_NONCONTINUABLE);
    } __except (GetExceptionCode() == 0xE0000001 ? EXCEPTION_CONTINUE_EXECUTION : EXCEPTION_EXECUTE_HANDLER) {
        second = GetExceptionCode();
    }
    return second == 0xC0000025;
}

static int goto_out(void)
{
    __try {
        __try {
            goto out;
        } __finally {
            note(AbnormalTermination() ? "I" : "i");
        }
    } __except (1) {
        note("wrong");
    }
    note("skipped");
out:
    __try {
        read_nowhere();
    } __except (1) {
        note("h");
    }
    return !strcmp(trace, "Ih");
}

static int break_and_continue(void)
{
    int i, turns = 0;
    for (i = 0; i < 10; i++) {
        __try {
            if (i < 3)
                continue;
            if (i == 5)
                break;
            turns++;
        } __finally {
            note(AbnormalTermination() ? "A" : "n");
        }
    }
    return i == 5 && turns == 2 && !strcmp(trace, "AAAnnA");
}

NOINLINE static int return_in_finally(void)
{
    __try {
        read_nowhere();
    } __finally {
        return 9;
    }
}

static int return_out_of_finally(void)
{
    int got = 0;
    __try {
        got = return_in_finally();
        note("on");
    } __except (note("x"), 1) {
        note("wrong");
    }
    __try {
        read_nowhere();
    } __except (1) {
        note("h");
    }
    return got == 9 && !strcmp(trace, "xonh");
}

static int many_times(void)
{
    int i, caught = 0;
    for (i = 0; i < 2000; i++) {
        __try {
            __try {
                read_nowhere();
            } __finally {
                caught++;
            }
        } __except (1) {
            caught++;
        }
    }
    return caught == 4000;
}

NOINLINE static int deep(int depth)
{
    char room[512];
    room[depth % 512] = (char)depth;
    __try {
        if (depth == 0)
            return read_nowhere() + room[0];
        return deep(depth - 1) + room[depth % 512];
    } __finally {
        if (depth % 50 == 0)
            note(".");
    }
}

static int deep_unwinding(void)
{
    __try {
        deep(199);
    } __except (1) {
        note("h");
    }
    return !strcmp(trace, "....h");
}

struct pair {
    __int64 a, b;
};

NOINLINE static struct pair returns_structure(__int64 value)
{
    struct pair result = {value, value + 1};
    __try {
        return result;
    } __finally {
        result.a = 0;
        note("f");
    }
}

NOINLINE static double returns_double(double value)
{
    __try {
        return value / 4;
    } __finally {
        value = 0;
        note("d");
    }
}

static int return_values_survive(void)
{
    struct pair p = returns_structure(0x123456789A);
    return p.a == 0x123456789A && p.b == 0x123456789B && returns_double(10) == 2.5 && !strcmp(trace, "fd");
}

NOINLINE static int many_arguments(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j)
{
    __try {
        write_nowhere(a);
    } __except (a + b + c + d + e + f + g + h + i + j == 55) {
        char line[128];
        sprintf(line, "%d%d%d%d%d%d%d%d%d%d", a, b, c, d, e, f, g, h, i, j);
        note(line);
    }
    return j;
}

static int arguments_in_memory(void)
{
    return many_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) == 10 && !strcmp(trace, "12345678910");
}

static int aligned_locals(void)
{
    __declspec(align(64)) int wide[16];
    int i, ok = 0;
    for (i = 0; i < 16; i++)
        wide[i] = i;
    __try {
        __try {
            wide[3] = 33;
            read_nowhere();
        } __finally {
            ok += wide[3] == 33 && ((unsigned __int64)wide & 63) == 0;
            wide[4] = 44;
        }
    } __except (wide[3] == 33 ? 1 : 0) {
        ok += wide[4] == 44;
    }
    return ok == 2;
}

static __forceinline int forced_inline(int value)
{
    register int result = value;
    __try {
        result++;
        read_nowhere();
    } __except (1) {
        result += 10;
    }
    return result;
}

static int forced_inline_function(void)
{
    int i, sum = 0;
    for (i = 0; i < 3; i++)
        sum += forced_inline(i);
    return sum == 36;
}

#ifndef __cplusplus
static int small_spelling(void)
{
    try {
        try {
            read_nowhere();
        } finally {
            note("f");
        }
        leave;
    } except (EXCEPTION_EXECUTE_HANDLER) {
        note("h");
    }
    return !strcmp(trace, "fh");
}
#else
struct guard {
    int value;
    explicit guard(int v);
    int caught() const
    {
        __try {
            write_nowhere(value);
        } __except (value == 3 ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
            return value;
        }
        return 0;
    }
};

guard::guard(int v) : value(v)
{
    __try {
        read_nowhere();
    } __except (1) {
        value++;
    }
}

template <typename T> T caught_in_template(T start)
{
    __try {
        start += 1;
        read_nowhere();
    } __except (1) {
        start += 1;
    }
    return start;
}

namespace inner {
static int in_namespace(void)
{
    __try {
        return read_nowhere();
    } __except (1) {
        return 4;
    }
}
} // namespace inner

static int members_templates_namespaces(void)
{
    guard g(2);
    return g.value == 3 && g.caught() == 3 && caught_in_template(2.5) == 4.5 && caught_in_template(7L) == 9 && inner::in_namespace() == 4;
}
#endif

static DWORD WINAPI faulting_thread(LPVOID context)
{
    LONG *caught = (LONG *)context;
    int i;
    for (i = 0; i < 300; i++) {
        __try {
            __try {
                i % 2 ? read_nowhere() : (raise_status(0xE0000002, 0), 0);
            } __finally {
                InterlockedIncrement(caught);
            }
        } __except (GetExceptionCode() == (i % 2 ? AV : 0xE0000002)) {
            InterlockedIncrement(caught);
        }
    }
    return 0;
}

static int many_threads(void)
{
    HANDLE threads[8];
    LONG caught = 0;
    int i;
    for (i = 0; i < 8; i++)
        threads[i] = CreateThread(NULL, 0, faulting_thread, &caught, 0, NULL);
    WaitForMultipleObjects(8, threads, TRUE, INFINITE);
    for (i = 0; i < 8; i++)
        CloseHandle(threads[i]);
    return caught == 8 * 600;
}

static const struct {
    const char *name;
    int (*run)(void);
} table[] = {
    {"a fault in a callee is caught", fault_caught},
    {"a fault in the body is caught", fault_in_own_code},
    {"the record tells address and kind of access", record_tells_address},
    {"GetExceptionCode in filter and handler", code_in_handler},
    {"nested statements, a try in a handler", nested},
    {"filters run before __finally blocks", filters_before_finally},
    {"a callee's __finally runs", finally_of_callee},
    {"an exception in a callee's __finally", exception_in_finally_of_callee},
    {"leave out of a loop", leave_out_of_loop},
    {"leave out of a switch", leave_out_of_switch},
    {"leave belongs to the inner try", leave_of_inner_only},
    {"return through two __finally", return_through_two_finally},
    {"a fault after a return from try", fault_after_return_from_try},
    {"a fault in the expression of a return", fault_in_return_expression},
    {"locals after a fault", locals_after_fault},
    {"a filter that catches its own fault", fault_in_filter_inner_try},
    {"a fault in a filter goes outward", fault_in_filter_goes_outward},
    {"EXCEPTION_CONTINUE_SEARCH to the outer ones", continue_search_to_caller},
    {"EXCEPTION_CONTINUE_EXECUTION after a raise", continue_execution_after_raise},
    {"a noncontinuable exception cannot be continued", noncontinuable},
    {"goto out of two tries", goto_out},
    {"break and continue run __finally", break_and_continue},
    {"return out of a __finally block ends the unwinding", return_out_of_finally},
    {"two thousand faults in a loop", many_times},
    {"unwinding two hundred frames", deep_unwinding},
    {"return values survive a __finally block", return_values_survive},
    {"arguments on the stack", arguments_in_memory},
    {"aligned locals", aligned_locals},
    {"eight threads that fault at the same time", many_threads},
    {"a __forceinline function with a register variable", forced_inline_function},
#ifndef __cplusplus
    {"try, except, finally and leave in C", small_spelling},
#else
    {"constructors, members, templates, namespaces", members_templates_namespaces},
#endif
};

int main(void)
{
    int failed = 0;
    unsigned i, count = sizeof table / sizeof *table;
    printf("1..%u\n", count);
    for (i = 0; i < count; i++) {
        int good;
        trace[0] = 0;
        good = table[i].run();
        printf("%s %u - SEH: %s\n", good ? "ok" : "not ok", i + 1, table[i].name);
        if (!good)
            printf("# trace \"%s\"\n", trace);
        fflush(stdout);
        failed += !good;
    }
    return failed != 0;
}
