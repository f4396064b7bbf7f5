/*
 * What filters, volumes and instances have in common: a type tag and two counts.
 * References (FltObjectReference, F-126) are refused once teardown began, and teardown of a filter waits for them; pins
 * only keep the memory, so that an operation in flight or an old array of instances never delays anybody.
 */
#ifndef OFM_FLTMGR_OBJECT_H
#define OFM_FLTMGR_OBJECT_H

#include <fltkernel.h>

#include <stdbool.h>
#include <stdint.h>

enum flt_object_type {
    FLT_TYPE_FILTER = 0x4c464631,
    FLT_TYPE_VOLUME = 0x4c464632,
    FLT_TYPE_INSTANCE = 0x4c464633,
    FLT_TYPE_DEAD = 0x4c464600,
};

struct flt_object {
    uint32_t type;       /* enum flt_object_type */
    uint32_t pins;       /* __atomic; the memory is freed when it gets 0 */
    uint64_t rundown;    /* __atomic: references * 2, + 1 once teardown began */
    KEVENT drained;      /* signalled when teardown began and no reference is left */
    void (*free)(struct flt_object *object);
    void (*on_drained)(struct flt_object *object); /* once, when teardown began and the last reference went */
};

/* One pin and no reference. */
void flt_object_init(struct flt_object *object, enum flt_object_type type, void (*free)(struct flt_object *object));

/* False once teardown began. A reference is also a pin. */
bool flt_reference(struct flt_object *object);
void flt_dereference(struct flt_object *object);

void flt_pin(struct flt_object *object);
void flt_unpin(struct flt_object *object);

bool flt_is_going(const struct flt_object *object);
/* No flt_reference succeeds any more. False when teardown had begun already. */
bool flt_begin_teardown(struct flt_object *object);
uint64_t flt_reference_count(const struct flt_object *object);
/* 100 ns after which a wait of an unload or a detach says what it waits for. */
extern LONGLONG flt_remind_after;

/* Waits until no reference is left; calls `remind` (may be NULL) every flt_remind_after meanwhile (F-030). */
void flt_wait_references(struct flt_object *object, void (*remind)(struct flt_object *object));

/* The object when `object` is one of this type, else NULL. */
PFLT_FILTER flt_as_filter(PVOID object);
PFLT_VOLUME flt_as_volume(PVOID object);
PFLT_INSTANCE flt_as_instance(PVOID object);

/*
 * flt_lock guards membership: the lists of filters, volumes and instances and the states in them. Short, never held
 * across a callback, a wait or a call into another room.
 */
void flt_lock_acquire(void);
void flt_lock_release(void);
/* Under it: something in a list or a state changed; wait for the next such change. */
void flt_membership_changed(void);
void flt_membership_wait(void);

#endif
