/*
 * Who wants to know what changes on a volume beside its own requests: a front end whose callers keep names, attributes and data (V-195,
 * V-200, V-203). `listen_lock` guards every volume's list and is held while listeners are called: they note what they are told and return.
 */
#include "ntoskrnl/io/inner.h"

#include <pthread.h>

static pthread_mutex_t listen_lock = PTHREAD_MUTEX_INITIALIZER;

void io_listen(struct io_volume *volume, struct io_listener *listener)
{
    pthread_mutex_lock(&listen_lock);
    InsertTailList(&volume->listeners, &listener->links);
    pthread_mutex_unlock(&listen_lock);
}

void io_listen_to_names(struct io_volume *volume, struct io_listener *listener, bool wanted)
{
    if (__atomic_exchange_n(&listener->names, wanted, __ATOMIC_ACQ_REL) != wanted)
        __atomic_add_fetch(&volume->name_listeners, wanted ? 1 : -1, __ATOMIC_ACQ_REL);
}

void io_listen_end(struct io_volume *volume, struct io_listener *listener)
{
    io_listen_to_names(volume, listener, false);
    pthread_mutex_lock(&listen_lock);
    RemoveEntryList(&listener->links);
    pthread_mutex_unlock(&listen_lock);
}

void io_filters_changed(struct io_volume *volume)
{
    pthread_mutex_lock(&listen_lock);
    for (PLIST_ENTRY e = volume->listeners.Flink; e != &volume->listeners; e = e->Flink) {
        struct io_listener *listener = CONTAINING_RECORD(e, struct io_listener, links);
        listener->filters_changed(listener);
    }
    pthread_mutex_unlock(&listen_lock);
}

void io_name_changed(struct io_volume *volume, PCUNICODE_STRING path, bool existence)
{
    pthread_mutex_lock(&listen_lock);
    for (PLIST_ENTRY e = volume->listeners.Flink; e != &volume->listeners; e = e->Flink) {
        struct io_listener *listener = CONTAINING_RECORD(e, struct io_listener, links);
        if (__atomic_load_n(&listener->names, __ATOMIC_ACQUIRE))
            listener->name_changed(listener, path, existence);
    }
    pthread_mutex_unlock(&listen_lock);
}
