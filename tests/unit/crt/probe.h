/* Between the test program and its half that is built as a service is: 16-bit wchar_t, our C library's headers. */
#ifndef PROBE_H
#define PROBE_H
/* Each returns a null pointer, or what was wrong: "line: expression". */
const char *probe_wide_strings(void);
const char *probe_checked_strings(void);
const char *probe_narrow_strings(void);
const char *probe_numbers(void);
const char *probe_printing(void);
const char *probe_scanning(void);
const char *probe_files(void);
const char *probe_conversion(void);
const char *probe_memory(void);
const char *probe_sizes(void);
const char *probe_times(void);
#endif
