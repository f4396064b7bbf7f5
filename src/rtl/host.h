/* What the pure code of this room takes from its host: memory for strings that a call allocates, and the IRQL check.
 * The kernel side fills it when the library is loaded (pool, ke_require_irql); the application side keeps the defaults. */
#ifndef OFM_RTL_HOST_H
#define OFM_RTL_HOST_H

#include <stddef.h>

struct rtl_host {
    void *(*allocate)(size_t size);
    void (*release)(void *memory);
    void (*require_irql)(const char *call, unsigned char max, const void *pc); /* may be NULL */
};

extern struct rtl_host rtl_host;

void *rtl_allocate(size_t size);
void rtl_release(void *memory);

#define RTL_REQUIRE_IRQL(max)                                                                                         \
    do {                                                                                                              \
        if (rtl_host.require_irql)                                                                                    \
            rtl_host.require_irql(__func__, (max), __builtin_return_address(0));                                      \
    } while (0)

#endif
