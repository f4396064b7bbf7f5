/* The registry: a tree in memory, kept in a text file in regedit's export format. One lock for the tree (cm_lock);
 * callbacks run without it. Inner calls take full names ("\\Registry\\Machine\\..."), kernel mode, no callbacks. */
#ifndef OFM_CM_CM_H
#define OFM_CM_CM_H

#include <ntifs.h>
#include <stdbool.h>

struct cm_key; /* a referenced node of the tree */

NTSTATUS cm_init(void); /* idempotent: \Registry, Machine, User, System with CurrentControlSet */

/* Name relative to `parent` (NULL: absolute). create: makes missing components. Released with cm_close. */
NTSTATUS cm_open(struct cm_key *parent, const WCHAR *path, bool create, struct cm_key **key);
void cm_close(struct cm_key *key);
NTSTATUS cm_delete_tree(struct cm_key *parent, const WCHAR *path);

/* Strings come in paged pool, NUL terminated (free with ExFreePool). STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH. */
NTSTATUS cm_get_string(struct cm_key *key, const WCHAR *value, PUNICODE_STRING text);
NTSTATUS cm_get_dword(struct cm_key *key, const WCHAR *value, ULONG *number);
/* *list: strings one behind the other, ended by an empty one. */
NTSTATUS cm_get_multi(struct cm_key *key, const WCHAR *value, WCHAR **list);
NTSTATUS cm_get_value(struct cm_key *key, const WCHAR *value, ULONG *type, PVOID *bytes, ULONG *length);
NTSTATUS cm_set_string(struct cm_key *key, const WCHAR *value, const WCHAR *text);
NTSTATUS cm_set_expand_string(struct cm_key *key, const WCHAR *value, const WCHAR *text);
NTSTATUS cm_set_dword(struct cm_key *key, const WCHAR *value, ULONG number);
NTSTATUS cm_set_multi(struct cm_key *key, const WCHAR *value, const WCHAR *list);
NTSTATUS cm_set_value(struct cm_key *key, const WCHAR *value, ULONG type, const void *bytes, ULONG length);
NTSTATUS cm_delete_value(struct cm_key *key, const WCHAR *value);
/* Name of sub-key `index` in paged pool; STATUS_NO_MORE_ENTRIES. */
NTSTATUS cm_enumerate(struct cm_key *key, ULONG index, PUNICODE_STRING name);

/* The file behind the tree. Loading replaces nothing that is not in the file; a damaged file is renamed to PATH.damaged-N, told by
 * ke_report with the line, and STATUS_REGISTRY_CORRUPT is returned with the tree as before. A missing file is an empty one.
 * After a load, changes are written to it by ZwFlushKey, cm_flush and cm_stop. */
NTSTATUS cm_load_file(const char *path);
/* Merges a file in regedit's format into the tree without making it the tree's own (fixtures, `reg import`). *line: of the error. */
NTSTATUS cm_import_file(const char *path, unsigned *line);
NTSTATUS cm_import_text(const void *bytes, size_t length, unsigned *line);
/* Writes the whole tree: temporary file, fsync, rename, fsync of the directory. The old file stays whole on any error. */
NTSTATUS cm_save_file(const char *path);
NTSTATUS cm_flush(void);
void cm_stop(void);  /* flushes; the tree goes back to empty */

/* \Registry\Machine\System\CurrentControlSet\Services\NAME, made when create. */
NTSTATUS cm_open_service(PCUNICODE_STRING name, bool create, struct cm_key **key);

/* Tells registry callbacks a driver left registered. */
ULONG cm_report_leaks(const char *driver);

#endif
