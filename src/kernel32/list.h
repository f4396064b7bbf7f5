/* Doubly linked lists on the application's side: the kernel's names, which Windows' user headers do not have.
 */
#ifndef OFM_KERNEL32_LIST_H
#define OFM_KERNEL32_LIST_H

#include "windows.h"

#include <stdbool.h>

static inline void InitializeListHead(LIST_ENTRY *head)
{
    head->Flink = head->Blink = head;
}

static inline bool IsListEmpty(const LIST_ENTRY *head)
{
    return head->Flink == head;
}

static inline void RemoveEntryList(LIST_ENTRY *entry)
{
    entry->Blink->Flink = entry->Flink;
    entry->Flink->Blink = entry->Blink;
}

static inline LIST_ENTRY *RemoveHeadList(LIST_ENTRY *head)
{
    LIST_ENTRY *entry = head->Flink;

    RemoveEntryList(entry);
    return entry;
}

static inline void InsertTailList(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}

#endif
