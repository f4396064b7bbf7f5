/* The printf family of one width; the names are macros of print.c. */

#define WITH_ARGUMENTS(call)                                                                                         \
    va_list arguments;                                                                                               \
    va_start(arguments, format);                                                                                     \
    int n = call;                                                                                                    \
    va_end(arguments);                                                                                               \
    return n

#ifdef OFM_USER_MODE
#define STANDARD_OUTPUT stdout
#else
#define STANDARD_OUTPUT NULL
#endif

CRT_EXPORT int VPRINTF(const UNIT *format, va_list arguments)
{
    return PRINT_TO(STANDARD_OUTPUT, format, arguments);
}

CRT_EXPORT int PRINTF(const UNIT *format, ...)
{
    WITH_ARGUMENTS(VPRINTF(format, arguments));
}

CRT_EXPORT int VFPRINTF(FILE *file, const UNIT *format, va_list arguments)
{
    if (!file)
        return crt_invalid("fprintf", "the file is NULL", EINVAL), -1;
    return PRINT_TO(file, format, arguments);
}

CRT_EXPORT int FPRINTF(FILE *file, const UNIT *format, ...)
{
    WITH_ARGUMENTS(VFPRINTF(file, format, arguments));
}

CRT_EXPORT int VSPRINTF_PLAIN(UNIT *to, const UNIT *format, va_list arguments)
{
    return PRINT_N(to, UNBOUNDED, format, arguments);
}

CRT_EXPORT int SPRINTF_PLAIN(UNIT *to, const UNIT *format, ...)
{
    WITH_ARGUMENTS(VSPRINTF_PLAIN(to, format, arguments));
}

CRT_EXPORT int VSNPRINTF_MS(UNIT *to, size_t count, const UNIT *format, va_list arguments)
{
    struct exact_sink s = {{exact_write}, (char *)to, to ? count : 0, sizeof(UNIT)};
    int length = FORMAT(&s.sink, format, arguments);

    return to ? exact_result(&s, length, count) : length;
}

CRT_EXPORT int SNPRINTF_MS(UNIT *to, size_t count, const UNIT *format, ...)
{
    WITH_ARGUMENTS(VSNPRINTF_MS(to, count, format, arguments));
}

CRT_EXPORT int VSNPRINTF_S(UNIT *to, size_t capacity, size_t count, const UNIT *format, va_list arguments)
{
    bool emptied;

    if (!to || capacity == 0 || !format) {
        crt_invalid(SNAME, "no buffer or no format", EINVAL);
        return -1;
    }
    size_t room = count < capacity ? count + 1 : capacity;
    int n = checked_result(SNAME, PRINT_N(to, room, format, arguments), capacity, count, &emptied);
    if (emptied)
        to[0] = 0;
    return n;
}

CRT_EXPORT int SNPRINTF_S(UNIT *to, size_t capacity, size_t count, const UNIT *format, ...)
{
    WITH_ARGUMENTS(VSNPRINTF_S(to, capacity, count, format, arguments));
}

CRT_EXPORT int VSPRINTF_S(UNIT *to, size_t capacity, const UNIT *format, va_list arguments)
{
    return VSNPRINTF_S(to, capacity, CRT_TRUNCATE - 1, format, arguments);
}

CRT_EXPORT int SPRINTF_S(UNIT *to, size_t capacity, const UNIT *format, ...)
{
    WITH_ARGUMENTS(VSPRINTF_S(to, capacity, format, arguments));
}

CRT_EXPORT int VSCPRINTF(const UNIT *format, va_list arguments)
{
    return PRINT_N(NULL, 0, format, arguments);
}

CRT_EXPORT int SCPRINTF(const UNIT *format, ...)
{
    WITH_ARGUMENTS(VSCPRINTF(format, arguments));
}

#undef WITH_ARGUMENTS
#undef STANDARD_OUTPUT
