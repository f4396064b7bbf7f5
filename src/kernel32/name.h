/* Names of objects, within the process; case is ignored. */
#ifndef OFM_KERNEL32_NAME_H
#define OFM_KERNEL32_NAME_H

#include "kernel32/handle.h"

/* What Create calls do: `object` (the caller's reference is taken) under `name` (NULL: none), or the object of that name
 * if it has the same type (last error ERROR_ALREADY_EXISTS; another type: NULL with ERROR_INVALID_HANDLE). A handle. */
HANDLE k32_name_create(struct k32_object *object, const WCHAR *name);
/* What Open calls do: ERROR_FILE_NOT_FOUND when there is none. */
HANDLE k32_name_open(const struct k32_type *type, const WCHAR *name);
/* A name disappears with the object's last handle: for the close() of named types. */
void k32_name_remove(struct k32_object *object);

/* A narrow name as a wide one, from malloc; NULL for NULL. */
WCHAR *k32_wide(const char *text);

#endif
