/* assert: prints the expression and its place, then aborts. May be included again with another NDEBUG. */
#include "_crt.h"
#undef assert

#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) ((expression) ? (void)0 : _ofm_assert(#expression, __FILE__, __LINE__))
#endif

#ifndef _OFM_CRT_ASSERT_H
#define _OFM_CRT_ASSERT_H
_CRT_BEGIN
void _ofm_assert(const char *expression, const char *file, unsigned line) _CRTBIND(assert_failed);
_CRT_END
#ifndef __cplusplus
#define static_assert _Static_assert
#endif
#endif
