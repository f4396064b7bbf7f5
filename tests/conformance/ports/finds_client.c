/* Checks the search and query calls of fltUser.h by itself: the first wrong answer is printed and ends it. finds.c says what
 * stands in the manager: the filters porthigh, porttest and portlow, the volume R: and one without a letter. */
#include <fltUser.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(expression)                                                                                            \
    do {                                                                                                             \
        if (!(expression)) {                                                                                         \
            printf("finds_client.c line %d: %s\n", __LINE__, #expression);                                           \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
#define CHECK_HR(wanted, call)                                                                                       \
    do {                                                                                                             \
        HRESULT _hr = (call);                                                                                        \
        if (_hr != (HRESULT)(wanted)) {                                                                              \
            printf("finds_client.c line %d: %s: expected 0x%08X, got 0x%08X\n", __LINE__, #call,                     \
                (unsigned)(wanted), (unsigned)_hr);                                                                  \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)

#define E_TOO_SMALL 0x8007007A
#define E_NO_MORE 0x80070103
#define E_BAD_ARGUMENT 0x80070057
#define E_BAD_HANDLE 0x80070006

static const WCHAR *bare_volume; /* the one without a letter */
static union {
    char bytes[4096];
    FILTER_FULL_INFORMATION filter;
    INSTANCE_FULL_INFORMATION instance;
    FILTER_VOLUME_BASIC_INFORMATION volume;
} room;

static bool same(const void *text, DWORD bytes, LPCWSTR wanted)
{
    return bytes == (DWORD)lstrlenW(wanted) * sizeof(WCHAR) && !memcmp(text, wanted, bytes);
}

/* --- the four kinds of searches behind one face --- */

enum kind { FILTERS, VOLUMES, INSTANCES, VOLUME_INSTANCES };

static HRESULT first(enum kind kind, int class, void *buffer, DWORD size, DWORD *bytes, HANDLE *find)
{
    switch (kind) {
    case FILTERS:
        return FilterFindFirst((FILTER_INFORMATION_CLASS)class, buffer, size, bytes, find);
    case VOLUMES:
        return FilterVolumeFindFirst((FILTER_VOLUME_INFORMATION_CLASS)class, buffer, size, bytes, find);
    case INSTANCES:
        return FilterInstanceFindFirst(u"porttest", (INSTANCE_INFORMATION_CLASS)class, buffer, size, bytes, find);
    default:
        return FilterVolumeInstanceFindFirst(u"R:", (INSTANCE_INFORMATION_CLASS)class, buffer, size, bytes, find);
    }
}

static HRESULT next(enum kind kind, HANDLE find, int class, void *buffer, DWORD size, DWORD *bytes)
{
    switch (kind) {
    case FILTERS:
        return FilterFindNext(find, (FILTER_INFORMATION_CLASS)class, buffer, size, bytes);
    case VOLUMES:
        return FilterVolumeFindNext(find, (FILTER_VOLUME_INFORMATION_CLASS)class, buffer, size, bytes);
    case INSTANCES:
        return FilterInstanceFindNext(find, (INSTANCE_INFORMATION_CLASS)class, buffer, size, bytes);
    default:
        return FilterVolumeInstanceFindNext(find, (INSTANCE_INFORMATION_CLASS)class, buffer, size, bytes);
    }
}

static HRESULT end(enum kind kind, HANDLE find)
{
    return kind == FILTERS     ? FilterFindClose(find)
           : kind == VOLUMES   ? FilterVolumeFindClose(find)
           : kind == INSTANCES ? FilterInstanceFindClose(find)
                               : FilterVolumeInstanceFindClose(find);
}

static const int classes_of[] = {3, 2, 4, 4};

/* --- the groups, by their names on the command line --- */

static void order(void)
{
    static const WCHAR *const wanted[] = {u"porthigh", u"porttest", u"portlow"};
    DWORD bytes;
    HANDLE find;
    HRESULT hr = FilterFindFirst(FilterFullInformation, room.bytes, sizeof room, &bytes, &find);

    for (int i = 0; i < 3; i++) {
        CHECK(hr == S_OK && same(room.filter.FilterNameBuffer, room.filter.FilterNameLength, wanted[i]));
        CHECK(room.filter.NextEntryOffset == 0);
        hr = FilterFindNext(find, FilterFullInformation, room.bytes, sizeof room, &bytes);
    }
    CHECK_HR(E_NO_MORE, hr);
    CHECK_HR(E_NO_MORE, FilterFindNext(find, FilterFullInformation, room.bytes, sizeof room, &bytes)); /* stays there */
    CHECK_HR(S_OK, FilterFindClose(find));
    hr = FilterVolumeInstanceFindFirst(u"R:", InstanceFullInformation, room.bytes, sizeof room, &bytes, &find);
    for (int i = 0; i < 3; i++) {
        CHECK(hr == S_OK);
        CHECK(same(room.bytes + room.instance.FilterNameBufferOffset, room.instance.FilterNameLength, wanted[i]));
        hr = FilterVolumeInstanceFindNext(find, InstanceFullInformation, room.bytes, sizeof room, &bytes);
    }
    CHECK_HR(E_NO_MORE, hr);
    CHECK_HR(S_OK, FilterVolumeInstanceFindClose(find));
}

/* What a probe says is what an exact buffer takes; failing moves nothing on; nothing is written beyond the size. */
static void size_of_one(enum kind kind, int class)
{
    DWORD needed = 0, again = 0, bytes = 77;
    HANDLE find = NULL;

    CHECK_HR(E_TOO_SMALL, first(kind, class, NULL, 0, &needed, &find));
    CHECK(find == INVALID_HANDLE_VALUE && needed > 2 && needed < sizeof room);
    CHECK_HR(E_TOO_SMALL, first(kind, class, room.bytes, needed - 1, &again, &find));
    CHECK(find == INVALID_HANDLE_VALUE && again == needed);
    memset(room.bytes, 0xA5, sizeof room);
    CHECK_HR(S_OK, first(kind, class, room.bytes, needed, &bytes, &find));
    CHECK(bytes == needed && (unsigned char)room.bytes[needed] == 0xA5);
    HRESULT hr = next(kind, find, class, NULL, 0, &needed);
    int rounds = 0;
    for (; hr == (HRESULT)E_TOO_SMALL; rounds++) {
        CHECK_HR(E_TOO_SMALL, next(kind, find, class, room.bytes, needed - 1, &again));
        CHECK(again == needed);
        CHECK_HR(S_OK, next(kind, find, class, room.bytes, needed, &bytes));
        CHECK(bytes == needed);
        hr = next(kind, find, class, NULL, 0, &needed);
    }
    CHECK_HR(E_NO_MORE, hr);
    CHECK(rounds >= 1); /* every list here has more than one entry */
    CHECK_HR(S_OK, end(kind, find));
}

static void sizes(void)
{
    for (int kind = FILTERS; kind <= VOLUME_INSTANCES; kind++) {
        for (int class = 0; class < classes_of[kind]; class++)
            size_of_one((enum kind)kind, class);
    }
    HFILTER filter;
    HFILTER_INSTANCE instance;
    DWORD needed, bytes;
    CHECK_HR(S_OK, FilterCreate(u"PORTTEST", &filter));
    for (int class = 0; class < 3; class++) {
        CHECK_HR(E_TOO_SMALL, FilterGetInformation(filter, (FILTER_INFORMATION_CLASS)class, NULL, 0, &needed));
        CHECK_HR(E_TOO_SMALL,
            FilterGetInformation(filter, (FILTER_INFORMATION_CLASS)class, room.bytes, needed - 1, &bytes));
        CHECK(bytes == needed);
        CHECK_HR(S_OK, FilterGetInformation(filter, (FILTER_INFORMATION_CLASS)class, room.bytes, needed, &bytes));
        CHECK(bytes == needed);
    }
    CHECK_HR(S_OK, FilterInstanceCreate(u"porttest", u"R:", NULL, &instance));
    for (int class = 0; class < 4; class++) {
        CHECK_HR(E_TOO_SMALL,
            FilterInstanceGetInformation(instance, (INSTANCE_INFORMATION_CLASS)class, NULL, 0, &needed));
        CHECK_HR(S_OK,
            FilterInstanceGetInformation(instance, (INSTANCE_INFORMATION_CLASS)class, room.bytes, needed, &bytes));
        CHECK(bytes == needed);
    }
    CHECK_HR(S_OK, FilterInstanceClose(instance));
    CHECK_HR(S_OK, FilterClose(filter));
}

static void arguments(void)
{
    DWORD bytes;
    HANDLE h;

    for (int kind = FILTERS; kind <= VOLUME_INSTANCES; kind++) {
        h = NULL, bytes = 77;
        CHECK_HR(E_BAD_ARGUMENT, first((enum kind)kind, classes_of[kind], room.bytes, sizeof room, &bytes, &h));
        CHECK(h == INVALID_HANDLE_VALUE && bytes == 0);
        h = NULL;
        CHECK_HR(E_BAD_ARGUMENT, first((enum kind)kind, -1, room.bytes, sizeof room, &bytes, &h));
        CHECK(h == INVALID_HANDLE_VALUE);
        h = NULL;
        CHECK_HR(E_BAD_ARGUMENT, first((enum kind)kind, 0, room.bytes, sizeof room, NULL, &h));
        CHECK(h == INVALID_HANDLE_VALUE);
        h = NULL;
        CHECK_HR(E_BAD_ARGUMENT, first((enum kind)kind, 0, NULL, 8, &bytes, &h));
        CHECK(h == INVALID_HANDLE_VALUE);
        CHECK_HR(E_BAD_ARGUMENT, first((enum kind)kind, 0, room.bytes, sizeof room, &bytes, NULL));
    }
#define REFUSED(call)                                                                                                \
    do {                                                                                                             \
        h = NULL;                                                                                                    \
        CHECK_HR(E_BAD_ARGUMENT, call);                                                                              \
        CHECK(h == INVALID_HANDLE_VALUE);                                                                            \
    } while (0)
    REFUSED(FilterInstanceFindFirst(NULL, InstanceBasicInformation, room.bytes, sizeof room, &bytes, &h));
    REFUSED(FilterVolumeInstanceFindFirst(NULL, InstanceBasicInformation, room.bytes, sizeof room, &bytes, &h));
    REFUSED(FilterCreate(NULL, &h));
    REFUSED(FilterCreate(u"", &h));
    REFUSED(FilterInstanceCreate(NULL, u"R:", NULL, &h));
    REFUSED(FilterInstanceCreate(u"porttest", NULL, NULL, &h));
    REFUSED(FilterConnectCommunicationPort(NULL, 0, NULL, 0, NULL, &h));
    REFUSED(FilterConnectCommunicationPort(u"\\None", 0, NULL, 4, NULL, &h));
    REFUSED(FilterConnectCommunicationPort(u"\\None", 0, "x", 0, NULL, &h));
    CHECK_HR(E_BAD_ARGUMENT, FilterConnectCommunicationPort(u"\\None", 0, NULL, 0, NULL, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterCreate(u"porttest", NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterInstanceCreate(u"porttest", u"R:", NULL, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterLoad(NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterLoad(u""));
    CHECK_HR(E_BAD_ARGUMENT, FilterUnload(NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterUnload(u""));
    CHECK_HR(E_BAD_ARGUMENT, FilterAttach(NULL, u"R:", NULL, 0, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterAttach(u"porttest", NULL, NULL, 0, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterAttachAtAltitude(u"porttest", u"R:", NULL, NULL, 0, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterDetach(NULL, u"R:", NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterDetach(u"porttest", NULL, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterGetDosName(NULL, (LPWSTR)room.bytes, 8));
    CHECK_HR(E_BAD_ARGUMENT, FilterGetDosName(u"R:", NULL, 8));
    CHECK_HR(0x801F0013, FilterInstanceCreate(u"nosuch", u"R:", NULL, &h));
    CHECK_HR(0x801F0014, FilterInstanceCreate(u"porttest", u"Q:", NULL, &h));
    CHECK_HR(0x801F0015, FilterInstanceCreate(u"porttest", u"R:", u"nosuch", &h));
    CHECK(h == INVALID_HANDLE_VALUE);
}

static void handles(void)
{
    HANDLE finds[4];
    DWORD bytes;
    HFILTER filter;
    HFILTER_INSTANCE instance;

    for (int kind = FILTERS; kind <= VOLUME_INSTANCES; kind++)
        CHECK_HR(S_OK, first((enum kind)kind, 0, room.bytes, sizeof room, &bytes, &finds[kind]));
    for (int kind = FILTERS; kind <= VOLUME_INSTANCES; kind++) {
        for (int other = FILTERS; other <= VOLUME_INSTANCES; other++)
            CHECK_HR(kind == other ? S_OK : (HRESULT)E_BAD_HANDLE,
                next((enum kind)other, finds[kind], 0, room.bytes, sizeof room, &bytes));
    }
    for (int kind = FILTERS; kind <= VOLUME_INSTANCES; kind++) {
        CHECK_HR(S_OK, end((enum kind)kind, finds[kind]));
        CHECK_HR(E_BAD_HANDLE, end((enum kind)kind, finds[kind]));
        CHECK_HR(E_BAD_HANDLE, next((enum kind)kind, finds[kind], 0, room.bytes, sizeof room, &bytes));
        CHECK_HR(E_BAD_HANDLE, end((enum kind)kind, INVALID_HANDLE_VALUE));
        CHECK_HR(E_BAD_HANDLE, end((enum kind)kind, NULL));
    }
    CHECK_HR(S_OK, FilterCreate(u"porttest", &filter));
    CHECK_HR(S_OK, FilterInstanceCreate(u"porttest", u"R:", NULL, &instance));
    CHECK_HR(E_BAD_HANDLE, FilterInstanceGetInformation(filter, InstanceBasicInformation, room.bytes, sizeof room, &bytes));
    CHECK_HR(E_BAD_HANDLE, FilterGetInformation(instance, FilterFullInformation, room.bytes, sizeof room, &bytes));
    CHECK_HR(E_BAD_ARGUMENT, FilterGetInformation(filter, FilterFullInformation, room.bytes, sizeof room, NULL));
    CHECK_HR(E_BAD_ARGUMENT, FilterGetInformation(filter, (FILTER_INFORMATION_CLASS)9, room.bytes, sizeof room, &bytes));
    CHECK_HR(E_BAD_HANDLE, FilterClose(instance));
    CHECK_HR(E_BAD_HANDLE, FilterInstanceClose(filter));
    /* no handle of these is a port */
    FILTER_MESSAGE_HEADER header;
    FILTER_REPLY_HEADER reply = {0};
    CHECK_HR(E_BAD_HANDLE, FilterGetMessage(filter, &header, sizeof header, NULL));
    CHECK_HR(E_BAD_HANDLE, FilterReplyMessage(filter, &reply, sizeof reply));
    CHECK_HR(E_BAD_HANDLE, FilterSendMessage(filter, &reply, sizeof reply, NULL, 0, &bytes));
    CHECK_HR(S_OK, FilterClose(filter));
    CHECK_HR(E_BAD_HANDLE, FilterClose(filter));
    CHECK(CloseHandle(instance)); /* any handle may be closed so */
    CHECK_HR(E_BAD_HANDLE, FilterInstanceClose(instance));
}

static void names(void)
{
    WCHAR name[INSTANCE_NAME_MAX_CHARS + 1], small[8], dos[4];

    /* one that does not fit: the call fails and nothing is attached */
    CHECK_HR(S_OK, FilterDetach(u"porttest", u"R:", NULL));
    CHECK_HR(E_TOO_SMALL, FilterAttach(u"porttest", u"R:", NULL, sizeof small, small));
    CHECK_HR(0x801F0015, FilterDetach(u"porttest", u"R:", NULL));
    DWORD exact = (DWORD)sizeof u"porttest Instance";
    CHECK_HR(E_TOO_SMALL, FilterAttach(u"porttest", u"R:", NULL, exact - 1, name));
    CHECK_HR(S_OK, FilterAttach(u"porttest", u"R:", NULL, exact, name));
    CHECK(!lstrcmpW(name, u"porttest Instance"));
    CHECK_HR(0x80070002, FilterAttach(u"porttest", u"R:", u"not in the registry", 0, NULL));
    CHECK_HR(0x801F0012, FilterAttach(u"porttest", u"R:", NULL, 0, NULL));
    CHECK_HR(0x801F0011, FilterAttach(u"porttest", u"R:", u"twin", 0, NULL));
    /* characters, with the terminator */
    CHECK_HR(E_TOO_SMALL, FilterGetDosName(u"R:", dos, 2));
    CHECK_HR(S_OK, FilterGetDosName(u"R:\\", dos, 3));
    CHECK(!lstrcmpW(dos, u"R:"));
    /* neither letter nor mount point */
    dos[0] = u'x';
    CHECK_HR(S_OK, FilterGetDosName(bare_volume, dos, 1));
    CHECK(dos[0] == 0);
    CHECK_HR(0x801F0014, FilterGetDosName(u"\\Device\\None", dos, 4));
}

static void loading(void)
{
    CHECK_HR(0x800700C1, FilterLoad(u"notelf"));
    CHECK_HR(0x80070002, FilterLoad(u"nofile"));
    CHECK_HR(0x80070002, FilterLoad(u"nosuch"));
    CHECK_HR(0x80070420, FilterLoad(u"portlow"));
}

static void refused(void)
{
    HFILTER filter;

    CHECK_HR(0x801F0010, FilterUnload(u"porttest"));
    CHECK_HR(S_OK, FilterCreate(u"porttest", &filter)); /* it is still there */
    CHECK_HR(S_OK, FilterClose(filter));
}

static void unloaded(void)
{
    HFILTER filter;
    DWORD bytes;

    CHECK_HR(S_OK, FilterCreate(u"porttest", &filter));
    CHECK_HR(S_OK, FilterUnload(u"porttest"));
    CHECK_HR(0x801F0013, FilterUnload(u"porttest"));
    CHECK_HR(0x801F0013, FilterGetInformation(filter, FilterFullInformation, room.bytes, sizeof room, &bytes));
    CHECK_HR(S_OK, FilterClose(filter));
}

int main(int count, char **argument)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {
        {"order", order}, {"sizes", sizes}, {"arguments", arguments}, {"handles", handles}, {"names", names},
        {"loading", loading}, {"refused", refused}, {"unloaded", unloaded},
    };
    static WCHAR bare[128];

    if (count != 3 || !MultiByteToWideChar(CP_UTF8, 0, argument[2], -1, bare, 128)) {
        puts("finds_client GROUP VOLUME");
        return 2;
    }
    bare_volume = bare;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (!strcmp(groups[i].name, argument[1])) {
            groups[i].run();
            return 0;
        }
    }
    puts("unknown group");
    return 2;
}
