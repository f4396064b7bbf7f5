/* A plain Linux program, built with nothing but the headers and libfltlib, that uses the calls for applications with u""
 * strings. It checks by itself: the first wrong answer is printed and ends it. */
#include <fltUser.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(expression)                                                                                            \
    do {                                                                                                             \
        if (!(expression)) {                                                                                         \
            printf("calls_client.c line %d: %s\n", __LINE__, #expression);                                           \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)
#define CHECK_HR(wanted, call)                                                                                       \
    do {                                                                                                             \
        HRESULT _hr = (call);                                                                                        \
        if (_hr != (HRESULT)(wanted)) {                                                                              \
            printf("calls_client.c line %d: %s: expected 0x%08X, got 0x%08X\n", __LINE__, #call,                     \
                (unsigned)(wanted), (unsigned)_hr);                                                                  \
            exit(1);                                                                                                 \
        }                                                                                                            \
    } while (0)

static union {
    char bytes[2048];
    FILTER_AGGREGATE_STANDARD_INFORMATION filter;
    FILTER_FULL_INFORMATION full;
    FILTER_VOLUME_STANDARD_INFORMATION volume;
    INSTANCE_FULL_INFORMATION instance;
} room;

static BOOL same(const void *text, DWORD bytes, LPCWSTR wanted)
{
    return bytes == (DWORD)lstrlenW(wanted) * sizeof(WCHAR) && !memcmp(text, wanted, bytes);
}

/* --- the groups, by their names on the command line --- */

static void find_filters(void)
{
    HANDLE find = NULL;
    DWORD bytes = 0, needed;

    CHECK_HR(0x8007007A, FilterFindFirst(FilterFullInformation, NULL, 0, &needed, &find));
    CHECK(find == INVALID_HANDLE_VALUE && needed >= 14 + 16);
    CHECK_HR(0x80070057, FilterFindFirst((FILTER_INFORMATION_CLASS)99, room.bytes, sizeof room, &bytes, &find));
    CHECK_HR(S_OK, FilterFindFirst(FilterFullInformation, room.bytes, needed, &bytes, &find));
    CHECK(room.full.NextEntryOffset == 0 && same(room.full.FilterNameBuffer, room.full.FilterNameLength, u"porttest"));
    CHECK(room.full.NumberOfInstances == 1);
    CHECK_HR(0x80070103, FilterFindNext(find, FilterFullInformation, room.bytes, sizeof room, &bytes));
    CHECK_HR(S_OK, FilterFindClose(find));
    CHECK_HR(S_OK, FilterFindFirst(FilterAggregateStandardInformation, room.bytes, sizeof room, &bytes, &find));
    CHECK(room.filter.Flags == FLTFL_ASI_IS_MINIFILTER);
    CHECK(same(room.bytes + room.filter.Type.MiniFilter.FilterAltitudeBufferOffset,
        room.filter.Type.MiniFilter.FilterAltitudeLength, u"370030"));
    FilterFindClose(find);
    HFILTER filter;
    CHECK_HR(S_OK, FilterCreate(u"porttest", &filter));
    CHECK_HR(S_OK, FilterGetInformation(filter, FilterFullInformation, room.bytes, sizeof room, &bytes));
    CHECK(same(room.full.FilterNameBuffer, room.full.FilterNameLength, u"porttest"));
    CHECK_HR(S_OK, FilterClose(filter));
    CHECK_HR(0x801F0013, FilterCreate(u"nosuch", &filter));
    CHECK(filter == INVALID_HANDLE_VALUE);
}

static void find_volumes_and_instances(void)
{
    HANDLE find;
    DWORD bytes;
    WCHAR device[64] = u"", dos[16] = u"?";
    HRESULT hr = FilterVolumeFindFirst(FilterVolumeStandardInformation, room.bytes, sizeof room, &bytes, &find);
    BOOL known = FALSE;

    for (; hr == S_OK; hr = FilterVolumeFindNext(find, FilterVolumeStandardInformation, room.bytes, sizeof room, &bytes)) {
        memset(device, 0, sizeof device);
        memcpy(device, room.volume.FilterVolumeName, room.volume.FilterVolumeNameLength);
        CHECK(!memcmp(device, u"\\Device\\", 16) && room.volume.NextEntryOffset == 0);
        CHECK_HR(S_OK, FilterGetDosName(device, dos, 16));
        known |= !lstrcmpW(dos, u"R:");
    }
    CHECK_HR(0x80070103, hr);
    CHECK(known);
    FilterVolumeFindClose(find);
    CHECK_HR(S_OK, FilterInstanceFindFirst(u"porttest", InstanceFullInformation, room.bytes, sizeof room, &bytes, &find));
    CHECK(same(room.bytes + room.instance.AltitudeBufferOffset, room.instance.AltitudeLength, u"370030"));
    CHECK(same(room.bytes + room.instance.FilterNameBufferOffset, room.instance.FilterNameLength, u"porttest"));
    /* too small: the search stays where it is */
    CHECK_HR(0x80070103, FilterInstanceFindNext(find, InstanceFullInformation, room.bytes, sizeof room, &bytes));
    FilterInstanceFindClose(find);
    CHECK_HR(0x801F0013, FilterInstanceFindFirst(u"nosuch", InstanceFullInformation, room.bytes, sizeof room, &bytes, &find));
    CHECK(find == INVALID_HANDLE_VALUE);
    CHECK_HR(S_OK, FilterVolumeInstanceFindFirst(u"R:\\", InstanceFullInformation, room.bytes, sizeof room, &bytes, &find));
    FilterVolumeInstanceFindClose(find);
    CHECK_HR(0x801F0014, FilterVolumeInstanceFindFirst(u"Q:", InstanceFullInformation, room.bytes, sizeof room, &bytes, &find));
}

/* One way of naming the volume R:, in every call that takes a volume. */
static void one_form(const WCHAR *name)
{
    WCHAR dos[16] = u"?";
    HANDLE find;
    HFILTER_INSTANCE instance;
    DWORD bytes;

    CHECK_HR(S_OK, FilterGetDosName(name, dos, 16));
    CHECK(!lstrcmpW(dos, u"R:"));
    CHECK_HR(S_OK, FilterVolumeInstanceFindFirst(name, InstanceFullInformation, room.bytes, sizeof room, &bytes, &find));
    FilterVolumeInstanceFindClose(find);
    CHECK_HR(S_OK, FilterInstanceCreate(u"porttest", name, NULL, &instance));
    FilterInstanceClose(instance);
    CHECK_HR(S_OK, FilterAttachAtAltitude(u"porttest", name, u"370032", u"by this name", 0, NULL));
    CHECK_HR(S_OK, FilterDetach(u"porttest", name, u"by this name"));
    CHECK_HR(S_OK, FilterDetach(u"porttest", name, NULL));
    CHECK_HR(S_OK, FilterAttach(u"porttest", name, NULL, 0, NULL));
}

static char **names_given;

/* Arguments: the names. Each as it is, and with a backslash (of a path, a slash) behind it. */
static void every_form(void)
{
    for (char **name = names_given; *name; name++) {
        WCHAR wide[200] = {0};
        size_t n = 0;

        for (; (*name)[n] != 0 && n < 198; n++)
            wide[n] = (WCHAR)(*name)[n];
        one_form(wide);
        wide[n] = wide[0] == u'/' ? u'/' : u'\\';
        one_form(wide);
    }
}

static const char *name_listed;
static const char *wanted_state;

/* Arguments: a volume's name, and whether it is mounted, detached or gone. */
static void find_dismounted(void)
{
    WCHAR name[100] = {0};
    const char *state = "gone";
    HANDLE find;
    DWORD bytes;

    for (size_t i = 0; name_listed[i] != 0 && i < 99; i++)
        name[i] = (WCHAR)name_listed[i];
    HRESULT hr = FilterVolumeFindFirst(FilterVolumeStandardInformation, room.bytes, sizeof room, &bytes, &find);
    for (; hr == S_OK; hr = FilterVolumeFindNext(find, FilterVolumeStandardInformation, room.bytes, sizeof room, &bytes)) {
        BOOL detached = (room.volume.Flags & FLTFL_VSI_DETACHED_VOLUME) != 0;
        BOOL it = same(room.volume.FilterVolumeName, room.volume.FilterVolumeNameLength, name);

        CHECK(it || !detached);
        if (it)
            state = detached ? "detached" : "mounted";
    }
    CHECK_HR(0x80070103, hr);
    FilterVolumeFindClose(find);
    CHECK(!strcmp(state, wanted_state));
}

static void attach_and_detach(void)
{
    WCHAR name[INSTANCE_NAME_MAX_CHARS + 1];

    CHECK_HR(S_OK, FilterDetach(u"porttest", u"R:", NULL));
    CHECK_HR(0x801F0015, FilterDetach(u"porttest", u"R:", NULL));
    CHECK_HR(0x801F0013, FilterDetach(u"nosuch", u"R:", NULL));
    CHECK_HR(0x801F0014, FilterDetach(u"porttest", u"Q:", NULL));
    CHECK_HR(S_OK, FilterAttach(u"porttest", u"R:\\", NULL, sizeof name, name));
    CHECK(!lstrcmpW(name, u"porttest Instance"));
    CHECK_HR(0x801F0012, FilterAttach(u"porttest", u"R:", NULL, 0, NULL));
    CHECK_HR(S_OK, FilterAttachAtAltitude(u"porttest", u"R:", u"370031.5", u"second", sizeof name, name));
    CHECK(!lstrcmpW(name, u"second"));
    CHECK_HR(0x801F0011, FilterAttachAtAltitude(u"porttest", u"R:", u"0370031.50", u"third", 0, NULL));
    HFILTER_INSTANCE instance;
    DWORD bytes;
    CHECK_HR(S_OK, FilterInstanceCreate(u"porttest", u"R:", u"second", &instance));
    CHECK_HR(S_OK, FilterInstanceGetInformation(instance, InstanceFullInformation, room.bytes, sizeof room, &bytes));
    CHECK(same(room.bytes + room.instance.AltitudeBufferOffset, room.instance.AltitudeLength, u"370031.5"));
    FilterInstanceClose(instance);
    /* NULL is the highest of them */
    CHECK_HR(S_OK, FilterDetach(u"porttest", u"R:", NULL));
    CHECK_HR(0x801F0015, FilterDetach(u"porttest", u"R:", u"second"));
}

static void load_and_unload(void)
{
    CHECK_HR(0x80070420, FilterLoad(u"porttest"));
    CHECK_HR(0x80070002, FilterLoad(u"nosuch"));
    CHECK_HR(0x801F0013, FilterUnload(u"nosuch"));
}

static void without_privilege(void)
{
    CHECK(setuid(65534) == 0);
    CHECK_HR(0x80070522, FilterLoad(u"porttest"));
    CHECK_HR(0x80070522, FilterUnload(u"porttest"));
}

int main(int count, char **arguments)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } groups[] = {
        {"filters", find_filters}, {"volumes", find_volumes_and_instances}, {"attach", attach_and_detach},
        {"dismounted", find_dismounted}, {"forms", every_form},
        {"load", load_and_unload}, {"privilege", without_privilege},
    };

    names_given = arguments + (count > 1 ? 2 : count);
    if (count > 3) {
        name_listed = arguments[2];
        wanted_state = arguments[3];
    }
    for (size_t i = 0; count > 1 && i < sizeof groups / sizeof *groups; i++) {
        if (!strcmp(groups[i].name, arguments[1])) {
            groups[i].run();
            return 0;
        }
    }
    puts("unknown group");
    return 2;
}
