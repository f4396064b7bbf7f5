/* Inside ex: what stands in front of a pool block. */
#ifndef OFM_EX_POOL_H
#define OFM_EX_POOL_H

#include "ntoskrnl/ex/ex.h"

#define POOL_STRIPES 16

enum pool_state { POOL_LIVE = 0x4C6F6F50, POOL_DEAD = 0x64616544 };

struct pool_header {
    LIST_ENTRY links;        /* live blocks of the stripe */
    SIZE_T size;             /* asked for */
    const void *pc;          /* who allocated; NULL: `driver` says */
    const char *driver;      /* fallback when pc lies in no image; NULL: the manager */
    ULONG tag;
    USHORT stripe;
    USHORT front;            /* from the start of the C allocation to the block */
    POOL_FLAGS flags;
    uint64_t spare;
    uint32_t guard[3];       /* forbidden to everybody under AddressSanitizer, with the state */
    uint32_t state;          /* enum pool_state, right in front of the block: an underrun hits it */
};
#define POOL_GUARD_SIZE 16

_Static_assert(sizeof(struct pool_header) == 80, "a block behind the header is 16-byte aligned");

#endif
