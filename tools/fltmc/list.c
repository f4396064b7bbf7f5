/* fltmc filters, instances, volumes: the tables of Windows' own tool, or JSON. */
#include "fltmc.h"

#include "fltUser.h"
#include "rtl/status.h"
#include "rtl/utf.h"

#include <ntstatus.h>

#include <stdlib.h>
#include <string.h>

#define ENTRY_SIZE 8192
#define NO_MORE ((HRESULT)0x80070103)

struct row {
    char *filter, *volume, *dos, *instance, *altitude;
    unsigned count, frame, features, kind;
    bool detached;
};

struct rows {
    struct row *row;
    size_t count;
};

static struct row *add_row(struct rows *rows)
{
    rows->row = realloc(rows->row, (rows->count + 1) * sizeof *rows->row);
    if (!rows->row)
        exit(failed_with("Listing", rtl_status_to_hresult(STATUS_NO_MEMORY)));
    struct row *row = &rows->row[rows->count++];
    *row = (struct row){0};
    return row;
}

/* filter and volume that were asked for, if any. */
static int list_failed(const char *what, HRESULT result, const char *filter, const char *volume)
{
    static const NTSTATUS known[] = {SESSION_NO_MANAGER, STATUS_FLT_FILTER_NOT_FOUND, STATUS_FLT_VOLUME_NOT_FOUND};
    struct session_request request = {.strings = {filter ? wide(filter) : NULL, volume ? wide(volume) : NULL}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (result == rtl_status_to_hresult(known[i]))
            return refused(what, known[i], &request, NULL);
    return failed_with(what, result);
}

static char *part(const void *entry, size_t offset, size_t bytes)
{
    return narrow((const char16_t *)(const void *)((const char *)entry + offset), bytes / sizeof(char16_t));
}

/* Altitudes are decimal fractions of any length: compared as such, highest first. */
static int by_altitude(const void *a, const void *b)
{
    const char *x = ((const struct row *)a)->altitude, *y = ((const struct row *)b)->altitude;
    size_t whole_x = strcspn(x, "."), whole_y = strcspn(y, ".");
    if (whole_x != whole_y)
        return whole_x < whole_y ? 1 : -1;
    return -strcmp(x, y);
}

/* The whole part ends in one column, what stands behind the point takes from the blanks that follow. */
static void print_altitude(const char *altitude, int width, int blanks)
{
    int whole = (int)strcspn(altitude, ".");
    for (int column = whole; column < width; column++)
        putchar(' ');
    fputs(altitude, stdout);
    for (int column = (int)strlen(altitude) - whole; column < blanks; column++)
        putchar(' ');
}

/* ---- filters ---- */

static void read_filter(struct rows *rows, const void *entry)
{
    const FILTER_AGGREGATE_STANDARD_INFORMATION *f = entry;
    struct row *row = add_row(rows);
    if (f->Flags & FLTFL_ASI_IS_LEGACYFILTER) {
        row->filter =
            part(f, f->Type.LegacyFilter.FilterNameBufferOffset, f->Type.LegacyFilter.FilterNameLength);
        row->altitude = part(
            f, f->Type.LegacyFilter.FilterAltitudeBufferOffset, f->Type.LegacyFilter.FilterAltitudeLength);
        row->kind = FLTFL_ASI_IS_LEGACYFILTER;
        return;
    }
    row->filter = part(f, f->Type.MiniFilter.FilterNameBufferOffset, f->Type.MiniFilter.FilterNameLength);
    row->altitude =
        part(f, f->Type.MiniFilter.FilterAltitudeBufferOffset, f->Type.MiniFilter.FilterAltitudeLength);
    row->count = f->Type.MiniFilter.NumberOfInstances;
    row->frame = f->Type.MiniFilter.FrameID;
}

static void print_filters(const struct rows *rows)
{
    printf("\nFilter Name                     Num Instances    Altitude    Frame\n"
           "------------------------------  -------------  ------------  -----\n");
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->row[i];
        bool legacy = r->kind == FLTFL_ASI_IS_LEGACYFILTER;
        printf("%-30s  ", r->filter);
        if (legacy)
            printf("%9s", "");
        else
            printf("%9u", r->count);
        print_altitude(r->altitude, 13, legacy ? 6 : 9);
        if (legacy)
            puts("<Legacy>");
        else
            printf("%u\n", r->frame);
    }
}

static void json_filters(const struct rows *rows)
{
    putchar('[');
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->row[i];
        printf("%s\n  {\"name\": ", i ? "," : "");
        json_text(stdout, r->filter);
        printf(", \"instances\": %u, \"altitude\": ", r->count);
        json_text(stdout, r->altitude);
        printf(", \"frame\": %u}", r->frame);
    }
    puts(rows->count ? "\n]" : "]");
}

int command_filters(const struct command_line *line)
{
    _Alignas(8) char entry[ENTRY_SIZE];
    struct rows rows = {0};
    HANDLE find;
    DWORD bytes;
    if (line->count)
        return wrong_usage("filters takes no arguments");
    HRESULT result = FilterFindFirst(FilterAggregateStandardInformation, entry, sizeof entry, &bytes, &find);
    bool opened = SUCCEEDED(result);
    for (; SUCCEEDED(result);
         result = FilterFindNext(find, FilterAggregateStandardInformation, entry, sizeof entry, &bytes))
        read_filter(&rows, entry);
    if (opened)
        FilterFindClose(find);
    if (result != NO_MORE)
        return list_failed("Filter listing", result, NULL, NULL);
    if (rows.count)
        qsort(rows.row, rows.count, sizeof *rows.row, by_altitude);
    (line->json ? json_filters : print_filters)(&rows);
    return DONE;
}

/* ---- volumes ---- */

static const char *file_system_name(FLT_FILESYSTEM_TYPE type)
{
    static const char *const names[] = {"Unknown", "Raw", "NTFS", "FAT", "CDFS", "UDFS", "Lanman", "WebDav",
        "RDPDR", "NFS", "NetWare", "NetWare", "BSUDF", "Remote", "RsFx", "Roxio", "Roxio", "Roxio", "Tacit",
        "FsRec", "InCD", "InCD", "exFAT", "PSFS", "GPFS", "NamedPipe", "Mailslot", "CSVFS", "ReFS", "OpenAFS",
        "CIMFS"};
    return type < sizeof names / sizeof *names ? names[type] : "Unknown";
}

/* The drive letter, or what stands for it; the device's own name when there is none. */
static char *dos_name(const char *volume)
{
    WCHAR name[1024] = {0};
    HRESULT result = FilterGetDosName((LPCWSTR)wide(volume), name, sizeof name / sizeof *name);
    return narrow((const char16_t *)name, SUCCEEDED(result) ? rtl_wide_length((const char16_t *)name) : 0);
}

static void read_volume(struct rows *rows, const void *entry)
{
    const FILTER_VOLUME_STANDARD_INFORMATION *v = entry;
    struct row *row = add_row(rows);
    row->volume = narrow((const char16_t *)v->FilterVolumeName, v->FilterVolumeNameLength / sizeof(WCHAR));
    row->dos = dos_name(row->volume);
    row->kind = v->FileSystemType;
    row->frame = v->FrameID;
    row->detached = (v->Flags & FLTFL_VSI_DETACHED_VOLUME) != 0;
}

static void print_volumes(const struct rows *rows)
{
    printf("Dos Name                        Volume Name                              FileSystem   Status\n"
           "------------------------------  ---------------------------------------  ----------  --------\n");
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->row[i];
        printf("%-30s  %-39s  %-10s%s\n", r->dos, r->volume, file_system_name(r->kind),
            r->detached ? "  Detached" : "");
    }
}

static void json_volumes(const struct rows *rows)
{
    putchar('[');
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->row[i];
        printf("%s\n  {\"dosName\": ", i ? "," : "");
        json_text(stdout, r->dos);
        printf(", \"volume\": ");
        json_text(stdout, r->volume);
        printf(", \"fileSystem\": \"%s\", \"frame\": %u, \"detached\": %s}", file_system_name(r->kind),
            r->frame, r->detached ? "true" : "false");
    }
    puts(rows->count ? "\n]" : "]");
}

int command_volumes(const struct command_line *line)
{
    _Alignas(8) char entry[ENTRY_SIZE];
    struct rows rows = {0};
    HANDLE find;
    DWORD bytes;
    if (line->count)
        return wrong_usage("volumes takes no arguments");
    HRESULT result =
        FilterVolumeFindFirst(FilterVolumeStandardInformation, entry, sizeof entry, &bytes, &find);
    bool opened = SUCCEEDED(result);
    for (; SUCCEEDED(result);
         result = FilterVolumeFindNext(find, FilterVolumeStandardInformation, entry, sizeof entry, &bytes))
        read_volume(&rows, entry);
    if (opened)
        FilterVolumeFindClose(find);
    if (result != NO_MORE)
        return list_failed("Volume listing", result, NULL, NULL);
    (line->json ? json_volumes : print_volumes)(&rows);
    return DONE;
}

/* ---- instances ---- */

static void read_instance(struct rows *rows, const void *entry)
{
    const INSTANCE_AGGREGATE_STANDARD_INFORMATION *i = entry;
    struct row *row = add_row(rows);
    if (i->Flags & FLTFL_IASI_IS_LEGACYFILTER) {
        row->filter =
            part(i, i->Type.LegacyFilter.FilterNameBufferOffset, i->Type.LegacyFilter.FilterNameLength);
        row->volume =
            part(i, i->Type.LegacyFilter.VolumeNameBufferOffset, i->Type.LegacyFilter.VolumeNameLength);
        row->altitude =
            part(i, i->Type.LegacyFilter.AltitudeBufferOffset, i->Type.LegacyFilter.AltitudeLength);
        row->instance = narrow(u"", 0);
        row->kind = FLTFL_IASI_IS_LEGACYFILTER;
        row->features = i->Type.LegacyFilter.SupportedFeatures;
        row->detached = (i->Type.LegacyFilter.Flags & FLTFL_IASIL_DETACHED_VOLUME) != 0;
    } else {
        row->filter = part(i, i->Type.MiniFilter.FilterNameBufferOffset, i->Type.MiniFilter.FilterNameLength);
        row->volume = part(i, i->Type.MiniFilter.VolumeNameBufferOffset, i->Type.MiniFilter.VolumeNameLength);
        row->altitude = part(i, i->Type.MiniFilter.AltitudeBufferOffset, i->Type.MiniFilter.AltitudeLength);
        row->instance =
            part(i, i->Type.MiniFilter.InstanceNameBufferOffset, i->Type.MiniFilter.InstanceNameLength);
        row->frame = i->Type.MiniFilter.FrameID;
        row->features = i->Type.MiniFilter.SupportedFeatures;
        row->detached = (i->Type.MiniFilter.Flags & FLTFL_IASIM_DETACHED_VOLUME) != 0;
    }
    row->dos = dos_name(row->volume);
    if (!*row->dos)
        row->dos = row->volume;
}

/* Which instances are asked for: all, one filter's (-f), one volume's (-v). */
struct choice {
    const char *filter, *volume;
};

static bool read_choice(const struct command_line *line, struct choice *choice)
{
    for (int i = 0; i < line->count; i += 2) {
        const char *option = line->argument[i], *value = i + 1 < line->count ? line->argument[i + 1] : NULL;
        if (value && !strcmp(option, "-f"))
            choice->filter = value;
        else if (value && !strcmp(option, "-v"))
            choice->volume = value;
        else
            return false;
    }
    return !(choice->filter && choice->volume);
}

static HRESULT instances_of_filter(struct rows *rows, const char *filter)
{
    _Alignas(8) char entry[ENTRY_SIZE];
    HANDLE find;
    DWORD bytes;
    HRESULT result = FilterInstanceFindFirst(
        (LPCWSTR)wide(filter), InstanceAggregateStandardInformation, entry, sizeof entry, &bytes, &find);
    bool opened = SUCCEEDED(result);
    for (; SUCCEEDED(result); result = FilterInstanceFindNext(
                                  find, InstanceAggregateStandardInformation, entry, sizeof entry, &bytes))
        read_instance(rows, entry);
    if (opened)
        FilterInstanceFindClose(find);
    return result;
}

static HRESULT instances_of_volume(struct rows *rows, const char *volume)
{
    _Alignas(8) char entry[ENTRY_SIZE];
    HANDLE find;
    DWORD bytes;
    HRESULT result = FilterVolumeInstanceFindFirst(
        (LPCWSTR)wide(volume), InstanceAggregateStandardInformation, entry, sizeof entry, &bytes, &find);
    bool opened = SUCCEEDED(result);
    for (; SUCCEEDED(result); result = FilterVolumeInstanceFindNext(
                                  find, InstanceAggregateStandardInformation, entry, sizeof entry, &bytes))
        read_instance(rows, entry);
    if (opened)
        FilterVolumeInstanceFindClose(find);
    return result;
}

static HRESULT all_instances(struct rows *rows)
{
    _Alignas(8) char entry[ENTRY_SIZE];
    HANDLE find;
    DWORD bytes;
    HRESULT result = FilterFindFirst(FilterFullInformation, entry, sizeof entry, &bytes, &find);
    bool opened = SUCCEEDED(result);
    while (SUCCEEDED(result)) {
        const FILTER_FULL_INFORMATION *f = (const void *)entry;
        char *filter = narrow((const char16_t *)f->FilterNameBuffer, f->FilterNameLength / sizeof(WCHAR));
        instances_of_filter(rows, filter); /* a filter that unloads meanwhile has none any more */
        free(filter);
        result = FilterFindNext(find, FilterFullInformation, entry, sizeof entry, &bytes);
    }
    if (opened)
        FilterFindClose(find);
    return result;
}

static void print_instances(const struct rows *rows, const struct choice *choice)
{
    const char *filter_rule = "--------------------  ",
               *volume_rule = "-------------------------------------  ";
    printf("%s%s  Altitude        Instance Name       Frame   SprtFtrs  VlStatus\n",
        choice->filter ? "" : "Filter                ",
        choice->volume ? "" : "Volume Name                            ");
    printf("%s%s------------  ----------------------  -----   --------  --------\n",
        choice->filter ? "" : filter_rule, choice->volume ? "" : volume_rule);
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->row[i];
        if (!choice->filter)
            printf("%-20s  ", r->filter);
        if (!choice->volume)
            printf("%-37s  ", r->dos);
        print_altitude(r->altitude, 9, 5);
        printf("%-22s", r->instance);
        if (r->kind == FLTFL_IASI_IS_LEGACYFILTER)
            printf(" <Legacy>");
        else
            printf("%5u    ", r->frame);
        printf(" %08x%s\n", r->features, r->detached ? "  Detached" : "");
    }
}

static void json_instances(const struct rows *rows)
{
    putchar('[');
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *r = &rows->row[i];
        printf("%s\n  {\"filter\": ", i ? "," : "");
        json_text(stdout, r->filter);
        printf(", \"volume\": ");
        json_text(stdout, r->volume);
        printf(", \"dosName\": ");
        json_text(stdout, r->dos == r->volume ? "" : r->dos);
        printf(", \"altitude\": ");
        json_text(stdout, r->altitude);
        printf(", \"instance\": ");
        json_text(stdout, r->instance);
        printf(", \"frame\": %u, \"supportedFeatures\": %u, \"detached\": %s}", r->frame, r->features,
            r->detached ? "true" : "false");
    }
    puts(rows->count ? "\n]" : "]");
}

int command_instances(const struct command_line *line)
{
    struct choice choice = {0};
    struct rows rows = {0};
    if (!read_choice(line, &choice))
        return wrong_usage("instances takes -f FILTER or -v VOLUME");
    HRESULT result = choice.filter   ? instances_of_filter(&rows, choice.filter)
                     : choice.volume ? instances_of_volume(&rows, choice.volume)
                                     : all_instances(&rows);
    if (result != NO_MORE)
        return list_failed("Instance listing", result, choice.filter, choice.volume);
    if (line->json)
        json_instances(&rows);
    else
        print_instances(&rows, &choice);
    return DONE;
}
