/* Objects: every kernel object is a body behind an ob_header with a type, counts, a name and a security descriptor.
 * Used by every kernel room that makes objects; drivers see the Ob... and Zw... calls only.
 * Locks: a directory's list is guarded by ob_namespace_lock, a handle entry by its own lock bit (docs/locking.md). */
#ifndef OFM_OB_OB_H
#define OFM_OB_OB_H

#include <ntifs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ob_type_info;

/* What a type does at the turns of its objects' lives; NULL members mean "nothing to do" or "not possible". */
struct ob_parse {
    UNICODE_STRING remaining; /* what is left of the name behind the object; read only */
    POBJECT_TYPE wanted;      /* type the caller asked for; NULL: any */
    ACCESS_MASK desired;      /* already mapped from generic rights */
    ULONG attributes;         /* OBJ_... of the caller */
    KPROCESSOR_MODE mode;
    PVOID context;            /* the caller's own (ob_open_by_name, ObReferenceObjectByName) */
};

struct ob_type_ops {
    /* Continues a name below an object of this type; *found is referenced. */
    NTSTATUS (*parse)(PVOID object, const struct ob_parse *parse, PVOID *found);
    /* A handle was made: may refuse. */
    NTSTATUS (*open)(PVOID object, PEPROCESS process, ACCESS_MASK granted);
    /* A handle goes. system_handles: of all processes, counted before the close; 1 is "the last handle": io sends
     * IRP_MJ_CLEANUP there. Called with no lock held. */
    VOID (*close)(PVOID object, PEPROCESS process, ULONG system_handles);
    /* The last reference went; the body is freed behind it. At PASSIVE_LEVEL, with no lock held. */
    VOID (*delete)(PVOID object);
    /* The object's own name (files: volume + path; keys), in the form ObQueryNameString answers. */
    NTSTATUS (*query_name)(PVOID object, BOOLEAN has_object_name, POBJECT_NAME_INFORMATION info, ULONG length,
        PULONG return_length);
    /* Query or set an object's descriptor when the header's own is not the truth (files: the base file system). */
    NTSTATUS (*query_security)(PVOID object, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR out, PULONG length);
    NTSTATUS (*set_security)(PVOID object, SECURITY_INFORMATION which, PSECURITY_DESCRIPTOR sd);
    /* The descriptor of an object that has none of its own, made when it is asked for; NULL: the default one. */
    NTSTATUS (*default_security)(PVOID object, PSECURITY_DESCRIPTOR *sd);
    /* The dispatcher object a wait on this object waits for; NULL: the body itself when the type is waitable. */
    PVOID (*waitable)(PVOID object);
};

struct ob_type_info {
    const WCHAR *name;            /* u"File" */
    GENERIC_MAPPING mapping;
    ACCESS_MASK valid_access;
    bool can_wait;                /* a handle of it may be waited for */
    bool must_secure;             /* an object without a descriptor of its own is checked against the default one */
    const struct ob_type_ops *ops;
};

/* Makes a type and its entry in \ObjectTypes. Types live as long as the process. */
POBJECT_TYPE ob_type_create(const struct ob_type_info *info);
const struct ob_type_info *ob_type_info(POBJECT_TYPE type);
POBJECT_TYPE ob_type_of(PVOID object);

/* Makes an object with one reference and a zeroed body of `size` bytes, 16-byte aligned. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS ob_create(POBJECT_TYPE type, SIZE_T size, PVOID *object);
/* Same; name, descriptor and attributes are captured from oa for ob_insert. */
NTSTATUS ob_create_named(POBJECT_TYPE type, SIZE_T size, const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode,
    PVOID *object);
/* Puts a named object in its directory and, when handle is not NULL, makes a handle. Consumes the creator's reference,
 * on failure too. With OBJ_OPENIF an existing object of the type is opened: STATUS_OBJECT_NAME_EXISTS. */
NTSTATUS ob_insert(PVOID object, ACCESS_MASK desired, PHANDLE handle);
/* Puts an object under an absolute name and keeps the caller's reference; the name lives until ob_remove_name or the object's
 * end (with OBJ_PERMANENT also when handles to it come and go). STATUS_OBJECT_NAME_COLLISION, _PATH_NOT_FOUND. */
NTSTATUS ob_insert_name(PVOID object, PCUNICODE_STRING path, ULONG attributes);
void ob_remove_name(PVOID object);
bool ob_has_name(PVOID object);
/* Own descriptor: copied (self-relative); NULL removes it. */
NTSTATUS ob_set_descriptor(PVOID object, PSECURITY_DESCRIPTOR sd);
/* Referenced copy in paged pool of the descriptor that guards the object; free with ObReleaseObjectSecurity. */
NTSTATUS ob_get_descriptor(PVOID object, PSECURITY_DESCRIPTOR *sd);

/* Counted references: false when the last one is gone already. */
bool ob_reference_safe(PVOID object);
LONG64 ob_reference_count(PVOID object);
ULONG ob_handle_count(PVOID object);

/* ---- names ---- */

/* Resolves a name through directories and symbolic links (at most 32). Stops at the first object that is neither:
 * *object is referenced, *remaining (own buffer, ob_free_name) is what follows it, with its leading backslash
 * (none when RootDirectory is that object). \??\C:\a\b -> device of C:, "\a\b".
 * STATUS_OBJECT_NAME_NOT_FOUND (last component), STATUS_OBJECT_PATH_NOT_FOUND (one before), STATUS_OBJECT_PATH_SYNTAX_BAD,
 * STATUS_OBJECT_NAME_INVALID, STATUS_INVALID_HANDLE, STATUS_ACCESS_DENIED. */
NTSTATUS ob_lookup(const OBJECT_ATTRIBUTES *oa, KPROCESSOR_MODE mode, PVOID *object, PUNICODE_STRING remaining);
void ob_free_name(PUNICODE_STRING name);
/* What is no name whatever it stands in: odd lengths, and the longest one. NULL is possible. */
bool ob_name_is_possible(PCUNICODE_STRING name);
/* Same for a plain absolute name, and with the types' parse procedures applied: the object of exactly this name and type. */
NTSTATUS ob_reference_by_name(PCUNICODE_STRING path, ULONG attributes, POBJECT_TYPE type, PVOID context, PVOID *object);
/* Lookup, parse, access check against the current thread's token in UserMode, handle. */
NTSTATUS ob_open_by_name(const OBJECT_ATTRIBUTES *oa, POBJECT_TYPE type, KPROCESSOR_MODE mode, ACCESS_MASK desired,
    PVOID context, PHANDLE handle);
/* Convenience for the manager's own start-up. */
NTSTATUS ob_make_directory(const WCHAR *path);
NTSTATUS ob_make_symlink(PCUNICODE_STRING link, PCUNICODE_STRING target);
/* The same beside others that differ by case only, for names that are looked up with theirs. */
NTSTATUS ob_make_exact_symlink(PCUNICODE_STRING link, PCUNICODE_STRING target);
NTSTATUS ob_delete_symlink(PCUNICODE_STRING link);

/* Answers a name in the form of ObQueryNameString and ZwQueryObject; *return_length is always the need. STATUS_INFO_LENGTH_MISMATCH. */
NTSTATUS ob_answer_name(PCUNICODE_STRING path, POBJECT_NAME_INFORMATION info, ULONG length, PULONG return_length);

/* ---- handles ---- */

struct ob_handle_table;
struct ob_handle_table *ob_table_create(PEPROCESS owner);
/* Closes every handle in it and takes no new ones (process end). It stays there for those who are using it. */
void ob_table_close_all(struct ob_handle_table *table);
/* Frees it, when nobody can use it any more. */
void ob_table_destroy(struct ob_handle_table *table);
struct ob_handle_table *ob_kernel_table(void);
ULONG ob_table_count(struct ob_handle_table *table);

/* Makes a handle in the current process' table, or the kernel's with OBJ_KERNEL_HANDLE. Takes a reference of its own. */
NTSTATUS ob_handle_create(PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle);
/* Same in a named process: what the port code uses to give an application a handle. */
NTSTATUS ob_handle_create_in(PEPROCESS process, PVOID object, ACCESS_MASK granted, ULONG attributes, PHANDLE handle);
NTSTATUS ob_handle_close_in(PEPROCESS process, HANDLE handle, KPROCESSOR_MODE mode);

/* Tells handles that `driver` (NULL: anybody) made and left open, and named objects it left, through ke_report.
 * Returns how many. */
ULONG ob_report_leaks(const char *driver);

/* Starts the object manager: types, root directories, kernel handle table. Idempotent; called by ps_init. */
NTSTATUS ob_init(void);

/* Types of other rooms that have a fixed place; each is created by its owner's init. */
extern POBJECT_TYPE ob_directory_type, ob_symlink_type, ob_event_type, ob_semaphore_type, ob_mutant_type;

#endif
