/* Splay trees: RTL_SPLAY_LINKS. The root's Parent points to itself. The caller guards its tree. */
#include <ntifs.h>

#include <stdbool.h>

typedef RTL_SPLAY_LINKS node;

static bool is_root(node *n)
{
    return n->Parent == n;
}

static bool is_left(node *n)
{
    return n->Parent->LeftChild == n;
}

/* n rises above its parent. */
static void rise(node *n)
{
    node *parent = n->Parent, *above = parent->Parent;
    bool left = is_left(n), parent_is_root = is_root(parent), parent_left = !parent_is_root && is_left(parent);
    node *inner = left ? n->RightChild : n->LeftChild;
    if (left) {
        parent->LeftChild = inner;
        n->RightChild = parent;
    } else {
        parent->RightChild = inner;
        n->LeftChild = parent;
    }
    if (inner)
        inner->Parent = parent;
    parent->Parent = n;
    n->Parent = parent_is_root ? n : above;
    if (!parent_is_root) {
        if (parent_left)
            above->LeftChild = n;
        else
            above->RightChild = n;
    }
}

PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS Links)
{
    while (!is_root(Links)) {
        if (!is_root(Links->Parent))
            rise(is_left(Links) == is_left(Links->Parent) ? Links->Parent : Links);
        rise(Links);
    }
    return Links;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS Links)
{
    node *n = Links->RightChild;
    while (n && n->LeftChild)
        n = n->LeftChild;
    return n;
}

PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS Links)
{
    node *n = Links->LeftChild;
    while (n && n->RightChild)
        n = n->RightChild;
    return n;
}

PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS Links)
{
    node *n = RtlSubtreeSuccessor(Links);
    if (n)
        return n;
    for (n = Links; !is_root(n) && !is_left(n); n = n->Parent)
        ;
    return is_root(n) ? NULL : n->Parent;
}

PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS Links)
{
    node *n = RtlSubtreePredecessor(Links);
    if (n)
        return n;
    for (n = Links; !is_root(n) && is_left(n); n = n->Parent)
        ;
    return is_root(n) ? NULL : n->Parent;
}

/* Takes the node out; returns the new root, NULL when the tree is empty. */
PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS Links)
{
    RtlSplay(Links);
    node *left = Links->LeftChild, *right = Links->RightChild;
    if (left)
        left->Parent = left;
    if (right)
        right->Parent = right;
    if (!left)
        return right;
    while (left->RightChild)
        left = left->RightChild;
    left = RtlSplay(left);
    left->RightChild = right;
    if (right)
        right->Parent = left;
    return left;
}

VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS Links, PRTL_SPLAY_LINKS *Root)
{
    *Root = RtlDelete(Links);
}
