/* A C++ driver: constructors and destructors of its globals, its own operator new and delete. */
#include <ntdef.h>
#include <ntstatus.h>
#include "answer.h"

extern "C" void image_test_note(const char *what);

static char room[64];
static int deleted;

void *operator new(size_t size)
{
    return size <= sizeof room ? room : nullptr;
}

void operator delete(void *) noexcept
{
    deleted++;
}

void operator delete(void *, size_t) noexcept
{
    deleted++;
}

struct noisy {
    noisy()
    {
        image_test_note("constructed");
    }
    virtual ~noisy()
    {
        image_test_note("destroyed");
    }
};

static noisy global;

struct shape {
    virtual int corners() const = 0;
    virtual ~shape() {}
};

struct square : shape {
    int corners() const override
    {
        return 4;
    }
};

template <typename T> struct holder {
    static T value;
};
template <typename T> T holder<T>::value = 5;

extern "C" NTSTATUS DriverEntry(struct answer *answer, void *)
{
    static noisy local;
    holder<int> *h = new holder<int>;
    answer->counter = ++h->value;
    answer->own_send = h;
    delete h;
    answer->deleted = deleted;
    shape *s = new square;
    answer->helper = s->corners();
    delete s;
    return STATUS_SUCCESS;
}
