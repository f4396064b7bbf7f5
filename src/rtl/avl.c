/* RTL_AVL_TABLE: elements in a balanced tree. BalancedRoot is a sentinel whose right child is the root of the tree. The caller
 * guards its table; memory comes from the table's own routines. */
#include <ntifs.h>

#include <stdbool.h>
#include <string.h>

typedef RTL_BALANCED_LINKS node;

static PVOID data_of(node *n)
{
    return n + 1;
}

static node *root_of(PRTL_AVL_TABLE table)
{
    return table->BalancedRoot.RightChild;
}

static bool is_left(node *n)
{
    return n->Parent->LeftChild == n;
}

static node **slot_of(node *n)
{
    return is_left(n) ? &n->Parent->LeftChild : &n->Parent->RightChild;
}

/* ---- order ---- */

static node *leftmost(node *n)
{
    while (n->LeftChild)
        n = n->LeftChild;
    return n;
}

static node *rightmost(node *n)
{
    while (n->RightChild)
        n = n->RightChild;
    return n;
}

static node *successor(PRTL_AVL_TABLE table, node *n)
{
    if (n->RightChild)
        return leftmost(n->RightChild);
    while (n->Parent != &table->BalancedRoot && !is_left(n))
        n = n->Parent;
    return n->Parent == &table->BalancedRoot ? NULL : n->Parent;
}

static node *predecessor(PRTL_AVL_TABLE table, node *n)
{
    if (n->LeftChild)
        return rightmost(n->LeftChild);
    while (n->Parent != &table->BalancedRoot && is_left(n))
        n = n->Parent;
    return n->Parent == &table->BalancedRoot ? NULL : n->Parent;
}

/* ---- balance: right height minus left height ---- */

/* n goes down to the left (or right), its child takes its place. */
static node *rotate(node *n, bool left)
{
    node *child = left ? n->RightChild : n->LeftChild;
    node *inner = left ? child->LeftChild : child->RightChild;
    *slot_of(n) = child;
    child->Parent = n->Parent;
    n->Parent = child;
    if (left) {
        child->LeftChild = n;
        n->RightChild = inner;
    } else {
        child->RightChild = n;
        n->LeftChild = inner;
    }
    if (inner)
        inner->Parent = n;
    return child;
}

/* n leans by two. Returns the subtree's new top; its balance tells whether the height shrank (0: yes). */
static node *rebalance(node *n)
{
    bool right = n->Balance > 0;
    CHAR heavy = right ? 1 : -1;
    node *child = right ? n->RightChild : n->LeftChild;
    if (child->Balance == -heavy) {
        node *inner = right ? child->LeftChild : child->RightChild;
        CHAR lean = inner->Balance;
        rotate(child, !right);
        rotate(n, right);
        n->Balance = lean == heavy ? (CHAR)-heavy : 0;
        child->Balance = lean == -heavy ? heavy : 0;
        inner->Balance = 0;
        return inner;
    }
    rotate(n, right);
    bool same_height = child->Balance == 0;
    n->Balance = same_height ? heavy : 0;
    child->Balance = same_height ? (CHAR)-heavy : 0;
    return child;
}

static void grew(PRTL_AVL_TABLE table, node *n)
{
    while (n->Parent != &table->BalancedRoot) {
        bool left = is_left(n);
        n = n->Parent;
        n->Balance = (CHAR)(n->Balance + (left ? -1 : 1));
        if (n->Balance == 0)
            return;
        if (n->Balance == 2 || n->Balance == -2) {
            rebalance(n);
            return;
        }
    }
    table->DepthOfTree++;
}

/* A subtree of `parent` (the left one or the right one) has become one lower. */
static void shrank(PRTL_AVL_TABLE table, node *parent, bool left)
{
    while (parent != &table->BalancedRoot) {
        node *n = parent;
        n->Balance = (CHAR)(n->Balance + (left ? 1 : -1));
        if (n->Balance == 1 || n->Balance == -1)
            return;
        if (n->Balance) {
            n = rebalance(n);
            if (n->Balance)
                return;
        }
        parent = n->Parent;
        left = parent->LeftChild == n && parent != &table->BalancedRoot;
    }
    table->DepthOfTree--;
}

/* ---- insert, delete, look up ---- */

static TABLE_SEARCH_RESULT find(PRTL_AVL_TABLE table, PVOID buffer, node **at)
{
    node *n = root_of(table);
    if (!n)
        return TableEmptyTree;
    for (;;) {
        RTL_GENERIC_COMPARE_RESULTS order = table->CompareRoutine(table, buffer, data_of(n));
        *at = n;
        if (order == GenericEqual)
            return TableFoundNode;
        node *next = order == GenericLessThan ? n->LeftChild : n->RightChild;
        if (!next)
            return order == GenericLessThan ? TableInsertAsLeft : TableInsertAsRight;
        n = next;
    }
}

VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE Table, PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
    PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine, PRTL_AVL_FREE_ROUTINE FreeRoutine, PVOID TableContext)
{
    memset(Table, 0, sizeof *Table);
    Table->BalancedRoot.Parent = &Table->BalancedRoot;
    Table->CompareRoutine = CompareRoutine;
    Table->AllocateRoutine = AllocateRoutine;
    Table->FreeRoutine = FreeRoutine;
    Table->TableContext = TableContext;
}

PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement,
    PVOID NodeOrParent, TABLE_SEARCH_RESULT SearchResult)
{
    node *parent = NodeOrParent;
    if (NewElement)
        *NewElement = SearchResult != TableFoundNode;
    if (SearchResult == TableFoundNode)
        return data_of(parent);
    node *n = Table->AllocateRoutine(Table, BufferSize + (CLONG)sizeof(node));
    if (!n) {
        if (NewElement)
            *NewElement = FALSE;
        return NULL;
    }
    memset(n, 0, sizeof *n);
    memcpy(data_of(n), Buffer, BufferSize);
    n->Parent = SearchResult == TableEmptyTree ? &Table->BalancedRoot : parent;
    if (SearchResult == TableInsertAsLeft)
        parent->LeftChild = n;
    else
        n->Parent->RightChild = n;
    Table->NumberGenericTableElements++;
    Table->OrderedPointer = NULL;
    Table->WhichOrderedElement = 0;
    grew(Table, n);
    return data_of(n);
}

PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, CLONG BufferSize, PBOOLEAN NewElement)
{
    node *at = NULL;
    TABLE_SEARCH_RESULT result = find(Table, Buffer, &at);
    return RtlInsertElementGenericTableFullAvl(Table, Buffer, BufferSize, NewElement, at, result);
}

/* The next element in order takes the place of one with two children. */
static void take_place(node *n, node *other)
{
    *slot_of(n) = other;
    other->Parent = n->Parent;
    other->LeftChild = n->LeftChild;
    other->RightChild = n->RightChild;
    other->Balance = n->Balance;
    if (other->LeftChild)
        other->LeftChild->Parent = other;
    if (other->RightChild)
        other->RightChild->Parent = other;
}

/* A node with one child at most: the child takes its place. */
static void cut(PRTL_AVL_TABLE table, node *n)
{
    node *child = n->LeftChild ? n->LeftChild : n->RightChild, *parent = n->Parent;
    bool left = parent != &table->BalancedRoot && is_left(n);
    *slot_of(n) = child;
    if (child)
        child->Parent = parent;
    shrank(table, parent, left);
}

static void unlink_node(PRTL_AVL_TABLE table, node *n)
{
    if (n->LeftChild && n->RightChild) {
        node *next = leftmost(n->RightChild);
        cut(table, next);
        take_place(n, next);
    } else {
        cut(table, n);
    }
    if (table->RestartKey == n)
        table->RestartKey = NULL;
    table->NumberGenericTableElements--;
    table->DeleteCount++;
    table->OrderedPointer = NULL;
    table->WhichOrderedElement = 0;
}

BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
    node *n = NULL;
    if (find(Table, Buffer, &n) != TableFoundNode)
        return FALSE;
    unlink_node(Table, n);
    Table->FreeRoutine(Table, n);
    return TRUE;
}

VOID NTAPI RtlDeleteElementGenericTableAvlEx(PRTL_AVL_TABLE Table, PVOID NodeOrParent)
{
    unlink_node(Table, NodeOrParent);
    Table->FreeRoutine(Table, NodeOrParent);
}

PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE Table, PVOID Buffer, PVOID *NodeOrParent,
    TABLE_SEARCH_RESULT *SearchResult)
{
    node *at = NULL;
    *SearchResult = find(Table, Buffer, &at);
    *NodeOrParent = at;
    return *SearchResult == TableFoundNode ? data_of(at) : NULL;
}

PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
    node *at = NULL;
    return find(Table, Buffer, &at) == TableFoundNode ? data_of(at) : NULL;
}

/* The first of several equal elements. */
PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer, PVOID *RestartKey)
{
    node *at = NULL, *before;
    *RestartKey = NULL;
    if (find(Table, Buffer, &at) != TableFoundNode)
        return NULL;
    while ((before = predecessor(Table, at)) != NULL &&
        Table->CompareRoutine(Table, Buffer, data_of(before)) == GenericEqual)
        at = before;
    *RestartKey = at;
    return data_of(at);
}

/* ---- walks ---- */

PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey)
{
    node *n = *RestartKey;
    if (!root_of(Table))
        return NULL;
    n = n ? successor(Table, n) : leftmost(root_of(Table));
    if (n)
        *RestartKey = n;
    return n ? data_of(n) : NULL;
}

PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart)
{
    if (Restart)
        Table->RestartKey = NULL;
    return RtlEnumerateGenericTableWithoutSplayingAvl(Table, (PVOID *)&Table->RestartKey);
}

/* From the element that equals Buffer (or the next one), through those the match function takes. */
PVOID NTAPI RtlEnumerateGenericTableLikeADirectory(PRTL_AVL_TABLE Table, PRTL_AVL_MATCH_FUNCTION MatchFunction,
    PVOID MatchData, ULONG NextFlag, PVOID *RestartKey, PULONG DeleteCount, PVOID Buffer)
{
    node *n = *RestartKey;
    if (!root_of(Table)) {
        *RestartKey = NULL;
        return NULL;
    }
    if (*DeleteCount != Table->DeleteCount)
        n = NULL;
    if (!n) {
        TABLE_SEARCH_RESULT result = find(Table, Buffer, &n);
        if (result == TableInsertAsRight || (result == TableFoundNode && NextFlag))
            n = successor(Table, n);
    } else if (NextFlag) {
        n = successor(Table, n);
    }
    for (; n; n = successor(Table, n)) {
        NTSTATUS status = MatchFunction ? MatchFunction(Table, data_of(n), MatchData) : STATUS_SUCCESS;
        if (status == STATUS_NO_MORE_MATCHES)
            break;
        if (status == STATUS_SUCCESS) {
            *RestartKey = n;
            *DeleteCount = Table->DeleteCount;
            return data_of(n);
        }
    }
    *RestartKey = NULL;
    return NULL;
}

/* The I-th element; the place of the last call is remembered, so that a walk by numbers is a walk. */
PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG I)
{
    if (I >= Table->NumberGenericTableElements)
        return NULL;
    node *n = Table->OrderedPointer;
    ULONG at = Table->WhichOrderedElement - 1;
    if (!n || at > I) {
        n = leftmost(root_of(Table));
        at = 0;
    }
    for (; at < I; at++)
        n = successor(Table, n);
    Table->OrderedPointer = n;
    Table->WhichOrderedElement = I + 1;
    return data_of(n);
}

ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table)
{
    return Table->NumberGenericTableElements;
}

BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table)
{
    return !Table->NumberGenericTableElements;
}
