/* Inside ex: lists of what drivers must delete again, so that what is left at unload can be told. */
#ifndef OFM_EX_LEAKS_H
#define OFM_EX_LEAKS_H

#include "ntoskrnl/ex/ex.h"

enum ex_leak_kind { EX_LEAK_RESOURCE, EX_LEAK_LOOKASIDE, EX_LEAK_KINDS };

void ex_leak_add(enum ex_leak_kind kind, LIST_ENTRY *links);
void ex_leak_remove(enum ex_leak_kind kind, LIST_ENTRY *links);

/* Memory is being freed that may hold one: told and taken out of its list. */
void ex_leak_memory_freed(const void *start, size_t size, const void *pc);

#endif
