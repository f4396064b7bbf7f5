/* Every call of fltUser.h with every kind of bad argument, as arguments.c starts it: the filter porttest, the volume R:, the port \RigArguments
 * whose MessageNotify echoes. It checks by itself: the first wrong answer is printed and ends it. */
#include <fltUser.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define E_BAD_ARGUMENT 0x80070057
#define E_BAD_HANDLE 0x80070006
#define E_TOO_SMALL 0x8007007A
#define E_TOO_LONG 0x800700CE
#define E_NO_FILTER 0x801F0013
#define E_NO_WAITER 0x801F0020

#define CHECK(expression)                                                                                            \
    do {                                                                                                             \
        if (!(expression)) {                                                                                         \
            printf("arguments_client.c line %d: %s\n", __LINE__, #expression);                                       \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
#define ROW(wanted, call)                                                                                            \
    do {                                                                                                             \
        HRESULT _hr = (call);                                                                                        \
        if (_hr != (HRESULT)(wanted)) {                                                                              \
            printf("arguments_client.c line %d: %s: expected 0x%08X, got 0x%08X\n", __LINE__, #call, (unsigned)(wanted), (unsigned)_hr); \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)

static _Alignas(16) char room[8192];
static WCHAR long_name[70000]; /* fits into no UNICODE_STRING */
static DWORD bytes;

/* --- handles of every kind, in every call that takes one --- */

enum kind { KIND_PORT, KIND_DUPLICATE, KIND_FILTERS, KIND_VOLUMES, KIND_INSTANCES, KIND_VOLUME_INSTANCES, KIND_FILTER, KIND_INSTANCE, KIND_EVENT, KIND_THREAD, KIND_COMPLETION, KIND_NOTHING, KIND_INVALID, KIND_OWN_THREAD,
    KIND_CLOSED_PORT, KIND_CLOSED_FILTER, KIND_WILD, KIND_HUGE, KINDS };

static HANDLE handles[KINDS];

static DWORD do_nothing(LPVOID unused)
{
    (void)unused;
    return 0;
}

static void make_handles(void)
{
    HANDLE closed;

    ROW(S_OK, FilterConnectCommunicationPort(u"\\RigArguments", 0, NULL, 0, NULL, &handles[KIND_PORT]));
    CHECK(DuplicateHandle(GetCurrentProcess(), handles[KIND_PORT], GetCurrentProcess(), &handles[KIND_DUPLICATE], 0, FALSE, DUPLICATE_SAME_ACCESS));
    ROW(S_OK, FilterFindFirst(FilterFullInformation, room, sizeof room, &bytes, &handles[KIND_FILTERS]));
    ROW(S_OK, FilterVolumeFindFirst(FilterVolumeBasicInformation, room, sizeof room, &bytes, &handles[KIND_VOLUMES]));
    ROW(S_OK, FilterInstanceFindFirst(u"porttest", InstanceBasicInformation, room, sizeof room, &bytes, &handles[KIND_INSTANCES]));
    ROW(S_OK, FilterVolumeInstanceFindFirst(u"R:", InstanceBasicInformation, room, sizeof room, &bytes, &handles[KIND_VOLUME_INSTANCES]));
    ROW(S_OK, FilterCreate(u"porttest", &handles[KIND_FILTER]));
    ROW(S_OK, FilterInstanceCreate(u"porttest", u"R:", NULL, &handles[KIND_INSTANCE]));
    handles[KIND_EVENT] = CreateEventW(NULL, TRUE, FALSE, NULL);
    handles[KIND_THREAD] = CreateThread(NULL, 0, do_nothing, NULL, 0, NULL);
    handles[KIND_COMPLETION] = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    CHECK(handles[KIND_EVENT] && handles[KIND_THREAD] && handles[KIND_COMPLETION]);
    handles[KIND_INVALID] = INVALID_HANDLE_VALUE; /* GetCurrentProcess() as well */
    handles[KIND_OWN_THREAD] = GetCurrentThread();
    ROW(S_OK, FilterConnectCommunicationPort(u"\\RigArguments", 0, NULL, 0, NULL, &closed));
    CHECK(CloseHandle(closed));
    handles[KIND_CLOSED_PORT] = closed;
    ROW(S_OK, FilterCreate(u"porttest", &closed));
    ROW(S_OK, FilterClose(closed));
    handles[KIND_CLOSED_FILTER] = closed;
    handles[KIND_WILD] = (HANDLE)(ULONG_PTR)0x12345678;
    handles[KIND_HUGE] = (HANDLE)(ULONG_PTR)0x7ffffffffffffffc;
}

static HRESULT send(HANDLE h) { return FilterSendMessage(h, "x", 1, room, 8, &bytes); }
static HRESULT get(HANDLE h) { return FilterGetMessage(h, (PFILTER_MESSAGE_HEADER)(void *)room, 8, NULL); } /* too small for any port */
static HRESULT reply(HANDLE h)
{
    FILTER_REPLY_HEADER answer = {0, 77};
    return FilterReplyMessage(h, &answer, sizeof answer);
}
static HRESULT get_filter(HANDLE h) { return FilterGetInformation(h, FilterFullInformation, room, sizeof room, &bytes); }
static HRESULT get_instance(HANDLE h) { return FilterInstanceGetInformation(h, InstanceBasicInformation, room, sizeof room, &bytes); }
static HRESULT next_filter(HANDLE h) { return FilterFindNext(h, FilterFullInformation, room, 0, &bytes); }
static HRESULT next_volume(HANDLE h) { return FilterVolumeFindNext(h, FilterVolumeBasicInformation, room, 0, &bytes); }
static HRESULT next_instance(HANDLE h) { return FilterInstanceFindNext(h, InstanceBasicInformation, room, 0, &bytes); }
static HRESULT next_volume_instance(HANDLE h) { return FilterVolumeInstanceFindNext(h, InstanceBasicInformation, room, 0, &bytes); }

/* The call, the kind of handle that it takes, whether it closes it. */
static const struct handle_call {
    const char *name;
    HRESULT (*call)(HANDLE);
    enum kind own;
    bool closes;
} handle_calls[] = {
    {"FilterSendMessage", send, KIND_PORT, false},
    {"FilterReplyMessage", reply, KIND_PORT, false},
    {"FilterGetInformation", get_filter, KIND_FILTER, false},
    {"FilterInstanceGetInformation", get_instance, KIND_INSTANCE, false},
    {"FilterFindNext", next_filter, KIND_FILTERS, false},
    {"FilterVolumeFindNext", next_volume, KIND_VOLUMES, false},
    {"FilterInstanceFindNext", next_instance, KIND_INSTANCES, false},
    {"FilterVolumeInstanceFindNext", next_volume_instance, KIND_VOLUME_INSTANCES, false},
    {"FilterFindClose", FilterFindClose, KIND_FILTERS, true},
    {"FilterVolumeFindClose", FilterVolumeFindClose, KIND_VOLUMES, true},
    {"FilterInstanceFindClose", FilterInstanceFindClose, KIND_INSTANCES, true},
    {"FilterVolumeInstanceFindClose", FilterVolumeInstanceFindClose, KIND_VOLUME_INSTANCES, true},
    {"FilterClose", FilterClose, KIND_FILTER, true},
    {"FilterInstanceClose", FilterInstanceClose, KIND_INSTANCE, true},
};

static void expect(const struct handle_call *c, enum kind kind, bool taken)
{
    HRESULT hr = c->call(handles[kind]);

    if ((hr != (HRESULT)E_BAD_HANDLE) != taken) {
        printf("%s of a handle of kind %d: 0x%08X\n", c->name, kind, (unsigned)hr);
        exit(1);
    }
}

static void every_kind_of_handle(void)
{
    const size_t calls = sizeof handle_calls / sizeof *handle_calls;
    FILTER_MESSAGE_HEADER header;

    make_handles();
    for (size_t i = 0; i < calls; i++) {
        for (enum kind kind = 0; kind < KINDS; kind++) {
            bool own = kind == handle_calls[i].own || (kind == KIND_DUPLICATE && handle_calls[i].own == KIND_PORT);
            if (!own || !handle_calls[i].closes)
                expect(&handle_calls[i], kind, own);
        }
    }
    for (enum kind kind = KIND_FILTERS; kind < KINDS; kind++)
        ROW(E_BAD_HANDLE, FilterGetMessage(handles[kind], &header, sizeof header, NULL));
    /* a duplicate is as good as the first, and outlives it */
    CHECK(CloseHandle(handles[KIND_PORT]));
    ROW(S_OK, send(handles[KIND_DUPLICATE]));
    ROW(E_BAD_HANDLE, send(handles[KIND_PORT]));
    ROW(E_NO_WAITER, reply(handles[KIND_DUPLICATE]));
    CHECK(CloseHandle(handles[KIND_DUPLICATE]));
    ROW(E_BAD_HANDLE, send(handles[KIND_DUPLICATE]));
    ROW(E_BAD_ARGUMENT, get(handles[KIND_DUPLICATE]));
    ROW(E_BAD_HANDLE, FilterGetMessage(handles[KIND_DUPLICATE], &header, sizeof header, NULL));
    for (size_t i = 0; i < calls; i++) {
        if (!handle_calls[i].closes)
            continue;
        ROW(S_OK, handle_calls[i].call(handles[handle_calls[i].own]));
        expect(&handle_calls[i], handle_calls[i].own, false); /* for one close only */
    }
    CHECK(CloseHandle(handles[KIND_EVENT]) && CloseHandle(handles[KIND_THREAD]) && CloseHandle(handles[KIND_COMPLETION]));
}

/* --- names: NULL, empty, too long for any string, with what is no name in them --- */

static void names(void)
{
    HANDLE h;
    WCHAR out[64];

    for (size_t i = 0; i + 1 < sizeof long_name / sizeof *long_name; i++)
        long_name[i] = u'n';
    long_name[0] = u'\\';
    static const struct {
        LPCWSTR name;
        bool argument; /* refused as an argument; else it is not found, or no name */
    } bad[] = {{NULL, true}, {u"", true}, {long_name, false}, {u"\\", false}, {u"\\\\\\", false}, {u"nosuch\xd800", false}, {u"no/such?*<>|", false}};
#define FAILS(i, call)                                                                                               \
    do {                                                                                                             \
        HRESULT _hr = (call);                                                                                        \
        if (!FAILED(_hr) || (bad[i].argument && _hr != (HRESULT)E_BAD_ARGUMENT)) {                                   \
            printf("arguments_client.c line %d: %s with name %zu: 0x%08X\n", __LINE__, #call, i, (unsigned)_hr);     \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
#define FAILS_AND_GIVES_NONE(i, call)                                                                                \
    do {                                                                                                             \
        h = NULL;                                                                                                    \
        FAILS(i, call);                                                                                              \
        CHECK(h == INVALID_HANDLE_VALUE);                                                                            \
    } while (0)
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        LPCWSTR n = bad[i].name;
        FAILS(i, FilterLoad(n));
        FAILS(i, FilterUnload(n));
        FAILS(i, FilterAttach(n, u"R:", NULL, 0, NULL));
        FAILS(i, FilterAttach(u"porttest", n, NULL, 0, NULL));
        FAILS(i, FilterAttachAtAltitude(n, u"R:", u"1", u"x", 0, NULL));
        FAILS(i, FilterAttachAtAltitude(u"porttest", n, u"1", u"x", 0, NULL));
        FAILS(i, FilterAttachAtAltitude(u"porttest", u"R:", n, u"x", 0, NULL));
        FAILS(i, FilterDetach(n, u"R:", NULL));
        FAILS(i, FilterDetach(u"porttest", n, NULL));
        FAILS(i, FilterGetDosName(n, out, 64));
        FAILS_AND_GIVES_NONE(i, FilterCreate(n, &h));
        FAILS_AND_GIVES_NONE(i, FilterInstanceCreate(n, u"R:", NULL, &h));
        FAILS_AND_GIVES_NONE(i, FilterInstanceCreate(u"porttest", n, NULL, &h));
        if (n != NULL && n[0] == 0) { /* no argument at fault: a path without its backslash (P-12), no filter, no volume */
            CHECK(FAILED(FilterConnectCommunicationPort(n, 0, NULL, 0, NULL, &h)) && h == INVALID_HANDLE_VALUE);
            continue;
        }
        FAILS_AND_GIVES_NONE(i, FilterConnectCommunicationPort(n, 0, NULL, 0, NULL, &h));
        FAILS_AND_GIVES_NONE(i, FilterInstanceFindFirst(n, InstanceBasicInformation, room, sizeof room, &bytes, &h));
        FAILS_AND_GIVES_NONE(i, FilterVolumeInstanceFindFirst(n, InstanceBasicInformation, room, sizeof room, &bytes, &h));
        if (n == NULL)
            continue; /* an instance's name may be left out */
        FAILS(i, FilterAttach(u"porttest", u"R:", n, 0, NULL));
        FAILS(i, FilterDetach(u"porttest", u"R:", n));
        FAILS_AND_GIVES_NONE(i, FilterInstanceCreate(u"porttest", u"R:", n, &h));
    }
    /* nothing of all that has changed anything */
    ROW(S_OK, FilterInstanceCreate(u"porttest", u"R:", NULL, &h));
    ROW(S_OK, FilterInstanceClose(h));
}

/* --- sizes and pointers of buffers --- */

static void buffers(void)
{
    HANDLE port, h, find;
    FILTER_MESSAGE_HEADER header;
    FILTER_REPLY_HEADER answer = {0, 77};
    WCHAR name[64];

    ROW(S_OK, FilterConnectCommunicationPort(u"\\RigArguments", 0xFFFFFFFE, NULL, 0, NULL, &h)); /* P-29: unknown bits are ignored */
    CHECK(CloseHandle(h));
    ROW(E_BAD_ARGUMENT, FilterConnectCommunicationPort(u"\\RigArguments", 0, NULL, 8, NULL, &h)); /* P-26: both or neither */
    CHECK(h == INVALID_HANDLE_VALUE);
    ROW(E_BAD_ARGUMENT, FilterConnectCommunicationPort(u"\\RigArguments", 0, room, 0, NULL, &h));
    CHECK(h == INVALID_HANDLE_VALUE);
    ROW(E_BAD_ARGUMENT, FilterConnectCommunicationPort(u"\\RigArguments", 0, NULL, 0, NULL, NULL));
    ROW(0x80070216, FilterConnectCommunicationPort(u"\\RigArguments", 0, long_name, 0xFFFF, NULL, &h));
    CHECK(h == INVALID_HANDLE_VALUE);
    ROW(S_OK, FilterConnectCommunicationPort(u"\\RigArguments", 0, (char *)long_name + 1, 3, NULL, &port)); /* bytes: alignment is nothing to them */
    for (DWORD size = 0; size < sizeof header; size++) {
        ROW(E_BAD_ARGUMENT, FilterGetMessage(port, &header, size, NULL));
        ROW(E_BAD_ARGUMENT, FilterReplyMessage(port, &answer, size));
    }
    ROW(E_BAD_ARGUMENT, FilterGetMessage(port, NULL, sizeof header, NULL));
    ROW(E_BAD_ARGUMENT, FilterReplyMessage(port, NULL, sizeof answer));
    ROW(E_BAD_ARGUMENT, FilterSendMessage(port, "x", 1, room, 8, NULL));
    bytes = 77;
    CHECK(FAILED(FilterSendMessage(port, room, 0xFFFFFFFF, NULL, 0, &bytes)) && bytes == 0); /* never looked at */
    bytes = 77;
    CHECK(FAILED(FilterSendMessage(port, "x", 1, room, 0xFFFFFFFF, &bytes)) && bytes == 0);
    CHECK(FAILED(FilterGetMessage(port, &header, 0xFFFFFFFF, NULL)));
    /* whose pointer is NULL has no length (P-99, P-100) */
    ROW(S_OK, FilterSendMessage(port, NULL, 0xFFFFFFFF, NULL, 0xFFFFFFFF, &bytes));
    CHECK(bytes == 0);
    memcpy(room + 1, "odd places", 10);
    ROW(S_OK, FilterSendMessage(port, room + 1, 10, room + 101, 10, &bytes));
    CHECK(bytes == 10 && !memcmp(room + 101, "odd places", 10));
    memcpy(room + 3, &answer, sizeof answer);
    ROW(E_NO_WAITER, FilterReplyMessage(port, (PFILTER_REPLY_HEADER)(void *)(room + 3), sizeof answer));
    ROW(S_OK, FilterFindFirst(FilterFullInformation, room + 1, 0xFFFFFFFF, &bytes, &find)); /* room enough, wherever */
    ROW(S_OK, FilterFindClose(find));
    for (unsigned class = 4; class != 0; class <<= 1) {
        ROW(E_BAD_ARGUMENT, FilterFindFirst((FILTER_INFORMATION_CLASS)class, room, sizeof room, &bytes, &find));
        ROW(E_BAD_ARGUMENT, FilterVolumeFindFirst((FILTER_VOLUME_INFORMATION_CLASS)class, room, sizeof room, &bytes, &find));
        ROW(E_BAD_ARGUMENT, FilterInstanceFindFirst(u"porttest", (INSTANCE_INFORMATION_CLASS)class, room, sizeof room, &bytes, &find));
        ROW(E_BAD_ARGUMENT, FilterVolumeInstanceFindFirst(u"R:", (INSTANCE_INFORMATION_CLASS)class, room, sizeof room, &bytes, &find));
    }
    ROW(E_TOO_SMALL, FilterGetDosName(u"R:", name, 0));
    ROW(E_BAD_ARGUMENT, FilterGetDosName(u"R:", NULL, 0));
    for (DWORD length = 0; length < 16; length++) /* none of them attaches */
        ROW(E_TOO_SMALL, FilterAttachAtAltitude(u"porttest", u"R:", u"370031", u"an extra one", length, name));
    ROW(0x801F0015, FilterDetach(u"porttest", u"R:", u"an extra one"));
    static const WCHAR *const altitudes[] = {u"1.2.3", u"-1", u"x", u"1x", u".", u" 1", u"1e5", u"0x10"};
    for (size_t i = 0; i < sizeof altitudes / sizeof *altitudes; i++)
        CHECK(FAILED(FilterAttachAtAltitude(u"porttest", u"R:", altitudes[i], u"an extra one", 0, NULL)));
    ROW(S_OK, send(port));
    CHECK(CloseHandle(port));
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {{"handles", every_kind_of_handle}, {"names", names}, {"buffers", buffers}};

    for (size_t i = 0; count > 1 && i < sizeof groups / sizeof *groups; i++) {
        if (!strcmp(groups[i].name, arguments[1])) {
            groups[i].run();
            return 0;
        }
    }
    puts("unknown group");
    return 2;
}
