/* Memory blocks. */
#ifndef _OFM_CRT_MEMORY_H
#define _OFM_CRT_MEMORY_H
#include "_mem.h"
#endif
