/* Sections, for the room itself and for FltCreateSectionForDataScan. */
#ifndef OFM_MM_SECTION_H
#define OFM_MM_SECTION_H

#include <ntifs.h>

void mm_section_init(void); /* by mm_init */

/* A section object with one reference. oa may be NULL; with it the object is made for ob_insert. file may be NULL: memory. */
NTSTATUS mm_section_create(POBJECT_ATTRIBUTES oa, KPROCESSOR_MODE mode, PLARGE_INTEGER size, ULONG protection,
    ULONG attributes, PFILE_OBJECT file, PVOID *object);

#endif
