/* fltcc runs once and gives its memory back by ending: in a build with AddressSanitizer its leaks are no
 * news. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
