/* RTL_GENERIC_TABLE: elements in a splay tree and in a list by order of insertion. The caller guards its table. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

struct entry {
    RTL_SPLAY_LINKS links;
    LIST_ENTRY inserted;
};

static PVOID data_of(struct entry *entry)
{
    return entry + 1;
}

static struct entry *entry_of(PRTL_SPLAY_LINKS links)
{
    return CONTAINING_RECORD(links, struct entry, links);
}

static TABLE_SEARCH_RESULT find(PRTL_GENERIC_TABLE table, PVOID buffer, struct entry **at)
{
    PRTL_SPLAY_LINKS n = table->TableRoot;
    if (!n)
        return TableEmptyTree;
    for (;;) {
        *at = entry_of(n);
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, data_of(*at));
        if (order == GenericEqual)
            return TableFoundNode;
        PRTL_SPLAY_LINKS next = order == GenericLessThan ? n->LeftChild : n->RightChild;
        if (!next)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        n = next;
    }
}

VOID NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE Table, PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
    PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine, PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext)
{
    memset(Table, 0, sizeof *Table);
    InitializeListHead(&Table->InsertOrderList);
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement,
    PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult)
{
    struct entry *at = NodeOrParent, *entry;
    if (NewElement)
        *NewElement = FALSE;
    if (SearchResult == TableFoundNode) {
        Table->TableRoot = RtlSplay(&at->links);
        return data_of(at);
    }
    entry = Table->AllocateRoutine(Table, BufferSize + (CLONG)sizeof *entry);
    if (!entry)
        return NULL;
    entry->links = (RTL_SPLAY_LINKS){.Parent = SearchResult == TableEmptyTree ? &entry->links : &at->links};
    InsertTailList(&Table->InsertOrderList, &entry->inserted);
    memcpy(data_of(entry), Buffer, BufferSize);
    if (SearchResult == TableInsertAsLeft)
        at->links.LeftChild = &entry->links;
    else if (SearchResult == TableInsertAsRight)
        at->links.RightChild = &entry->links;
    Table->NumberGenericTableElements++;
    Table->TableRoot = RtlSplay(&entry->links);
    if (NewElement)
        *NewElement = TRUE;
    return data_of(entry);
}

PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement)
{
    struct entry *at = NULL;
    TABLE_SEARCH_RESULT result = find(Table, Buffer, &at);
    return RtlInsertElementGenericTableFull(Table, Buffer, BufferSize, NewElement, at, result);
}

BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
    struct entry *at = NULL;
    if (find(Table, Buffer, &at) != TableFoundNode)
        return FALSE;
    Table->TableRoot = RtlDelete(&at->links);
    RemoveEntryList(&at->inserted);
    Table->NumberGenericTableElements--;
    Table->OrderedPointer = &Table->InsertOrderList;
    Table->WhichOrderedElement = 0;
    Table->FreeRoutine(Table, at);
    return TRUE;
}

PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE Table, PVOID Buffer, PVOID *NodeOrParent,
    TABLE_SEARCH_RESULT *SearchResult)
{
    struct entry *at = NULL;
    *SearchResult = find(Table, Buffer, &at);
    *NodeOrParent = at;
    if (at)
        Table->TableRoot = RtlSplay(&at->links);
    return *SearchResult == TableFoundNode ? data_of(at) : NULL;
}

PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
    PVOID at;
    TABLE_SEARCH_RESULT result;
    return RtlLookupElementGenericTableFull(Table, Buffer, &at, &result);
}

/* In order of the keys; the restart key is the place of the last element. */
PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey)
{
    PRTL_SPLAY_LINKS n = *RestartKey;
    if (!Table->TableRoot)
        return NULL;
    if (n) {
        n = RtlRealSuccessor(n);
    } else {
        for (n = Table->TableRoot; n->LeftChild; n = n->LeftChild)
            ;
    }
    if (n)
        *RestartKey = n;
    return n ? data_of(entry_of(n)) : NULL;
}

/* The last element enumerated is the root, so that no key need be kept. */
PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart)
{
    PVOID key = Restart ? NULL : Table->TableRoot;
    PVOID data = RtlEnumerateGenericTableWithoutSplaying(Table, &key);
    if (data)
        Table->TableRoot = RtlSplay(key);
    return data;
}

/* In order of insertion. */
PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG I)
{
    if (I >= Table->NumberGenericTableElements)
        return NULL;
    PLIST_ENTRY at = Table->OrderedPointer;
    ULONG number = Table->WhichOrderedElement; /* 0: at the head */
    if (at == &Table->InsertOrderList || number > I + 1) {
        at = &Table->InsertOrderList;
        number = 0;
    }
    for (; number < I + 1; number++)
        at = at->Flink;
    Table->OrderedPointer = at;
    Table->WhichOrderedElement = number;
    return data_of(CONTAINING_RECORD(at, struct entry, inserted));
}

ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table)
{
    return Table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table)
{
    return !Table->TableRoot;
}
