/* An application's own pointers, looked at before they are used when OPENFLTMGR_CHECK_POINTERS=1 is set in
 * its environment (P-79, P-98). Otherwise everything passes, and a bad pointer is a fault in the application,
 * which its debugger shows at the call. Any thread. */
#ifndef OFM_FLTLIB_POINTER_H
#define OFM_FLTLIB_POINTER_H

#include <stdbool.h>
#include <stddef.h>

bool fltlib_readable(const void *start, size_t size);
/* One byte of each page is written with what stands there: only for memory that the call is to fill. */
bool fltlib_writable(void *start, size_t size);

#endif
