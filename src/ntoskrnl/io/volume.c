/* Volumes: their device objects, names and life. A disk volume is a named disk device with the file system's unnamed one on
 * it, joined by a VPB, as on Windows; \Device\Mailslot and the like have the file system's device only.
 * io_volume_lock guards the list and the choice of names; nothing is called with it held. */
#include "ntoskrnl/io/inner.h"

#include "rtl/utf.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct io_upcalls io_upcalls;
static pthread_mutex_t volume_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_ENTRY volumes = {&volumes, &volumes};
static unsigned next_number = 1;
static uint32_t letters_taken; /* bit 0: A: */

void io_volume_lock(void)
{
    pthread_mutex_lock(&volume_lock);
}

void io_volume_unlock(void)
{
    pthread_mutex_unlock(&volume_lock);
}

void io_set_upcalls(const struct io_upcalls *upcalls)
{
    io_upcalls = *upcalls;
}

void io_context_list_end(struct io_context_list *list)
{
    if (io_upcalls.contexts_gone && !__atomic_load_n(&list->gone, __ATOMIC_ACQUIRE))
        io_upcalls.contexts_gone(list);
    __atomic_store_n(&list->gone, true, __ATOMIC_RELEASE);
}

/* ---- strings ---- */

NTSTATUS io_copy_string(PCUNICODE_STRING from, PUNICODE_STRING to)
{
    *to = (UNICODE_STRING){0};
    if (!from || !from->Length)
        return STATUS_SUCCESS;
    to->Buffer = malloc(from->Length + sizeof(WCHAR));
    if (!to->Buffer)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(to->Buffer, from->Buffer, from->Length);
    to->Buffer[from->Length / sizeof(WCHAR)] = 0;
    to->Length = from->Length;
    to->MaximumLength = from->Length + sizeof(WCHAR);
    return STATUS_SUCCESS;
}

NTSTATUS io_string_from_utf8(const char *text, PUNICODE_STRING to)
{
    WCHAR *wide = rtl_wide_from_utf8(text);
    UNICODE_STRING view;
    if (!wide)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlInitUnicodeString(&view, wide);
    NTSTATUS status = io_copy_string(&view, to);
    free(wide);
    return status;
}

void io_free_string(PUNICODE_STRING text)
{
    free(text->Buffer);
    *text = (UNICODE_STRING){0};
}

static NTSTATUS format_name(PUNICODE_STRING to, const char *format, unsigned a, const unsigned char *b)
{
    char text[128];
    if (b)
        snprintf(text, sizeof text, "\\??\\Volume{%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x}", b[0],
            b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    else
        snprintf(text, sizeof text, format, a);
    return io_string_from_utf8(text, to);
}

/* ---- names ---- */

static NTSTATUS choose_device_name(struct io_volume *volume, const char16_t *name)
{
    if (name) {
        UNICODE_STRING given;
        RtlInitUnicodeString(&given, name);
        return io_copy_string(&given, &volume->device_name);
    }
    io_volume_lock();
    unsigned number = next_number++;
    io_volume_unlock();
    return format_name(&volume->device_name, "\\Device\\HarddiskVolume%u", number, NULL);
}

/* "C:" and "auto" (from D: up, as the system's own drive is C:); the letter stays taken until dismount. */
static NTSTATUS choose_letter(struct io_volume *volume, const char *wish)
{
    if (!wish)
        return STATUS_SUCCESS;
    bool any = !strcmp(wish, "auto");
    if (!any && (strlen(wish) != 2 || wish[1] != ':' || !((wish[0] | 32) >= 'a' && (wish[0] | 32) <= 'z')))
        return STATUS_OBJECT_NAME_INVALID;
    unsigned letter = any ? 2 : (unsigned)((wish[0] | 32) - 'a');
    io_volume_lock();
    while (any && letter < 26 && (letters_taken & 1u << letter))
        letter++;
    bool taken = letter >= 26 || (letters_taken & 1u << letter);
    if (!taken)
        letters_taken |= 1u << letter;
    io_volume_unlock();
    if (taken)
        return STATUS_OBJECT_NAME_COLLISION;
    return format_name(&volume->dos_name, "%c:", 'A' + letter, NULL);
}

static void free_letter(struct io_volume *volume)
{
    if (!volume->dos_name.Length)
        return;
    io_volume_lock();
    letters_taken &= ~(1u << (volume->dos_name.Buffer[0] - 'A'));
    io_volume_unlock();
}

static NTSTATUS choose_guid(struct io_volume *volume)
{
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return STATUS_INSUFFICIENT_RESOURCES;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return format_name(&volume->guid_name, NULL, 0, bytes);
}

static NTSTATUS link_dos_name(struct io_volume *volume)
{
    char16_t text[8] = u"\\??\\X:";
    if (!volume->dos_name.Length)
        return STATUS_SUCCESS;
    text[4] = volume->dos_name.Buffer[0];
    UNICODE_STRING link;
    RtlInitUnicodeString(&link, text);
    return ob_make_symlink(&link, &volume->device_name);
}

static void unlink_dos_name(struct io_volume *volume)
{
    char16_t text[8] = u"\\??\\X:";
    if (!volume->dos_name.Length)
        return;
    text[4] = volume->dos_name.Buffer[0];
    UNICODE_STRING link;
    RtlInitUnicodeString(&link, text);
    ob_delete_symlink(&link);
}

/* ---- devices ---- */

static const char16_t *driver_name_of(struct io_volume *volume)
{
    switch (volume->file_system_type) {
    case FLT_FSTYPE_NTFS: return u"\\FileSystem\\Ntfs";
    case FLT_FSTYPE_FAT: return u"\\FileSystem\\fastfat";
    case FLT_FSTYPE_EXFAT: return u"\\FileSystem\\exfat";
    case FLT_FSTYPE_REFS: return u"\\FileSystem\\ReFS";
    case FLT_FSTYPE_MSFS: return u"\\FileSystem\\Msfs";
    case FLT_FSTYPE_NPFS: return u"\\FileSystem\\Npfs";
    default: return u"\\FileSystem\\hostfs";
    }
}

/* The driver object of a file system; made once for each kind and kept. */
static NTSTATUS base_driver(const char16_t *name, PDRIVER_OBJECT *driver)
{
    UNICODE_STRING path;
    RtlInitUnicodeString(&path, name);
    PVOID found;
    NTSTATUS status = ob_reference_by_name(&path, OBJ_CASE_INSENSITIVE, io_driver_type, NULL, &found);
    if (NT_SUCCESS(status)) {
        *driver = found;
        ObDereferenceObject(found); /* permanent */
        return status;
    }
    return io_driver_create(&path, driver);
}

static NTSTATUS make_device(struct io_volume *volume, const char16_t *driver_name, PUNICODE_STRING name, ULONG type,
    PDEVICE_OBJECT *device)
{
    PDRIVER_OBJECT driver;
    NTSTATUS status = base_driver(driver_name, &driver);
    if (NT_SUCCESS(status))
        status = IoCreateDevice(driver, 0, name, type, 0, FALSE, device);
    if (!NT_SUCCESS(status))
        return status;
    ObReferenceObject(*device); /* until the volume is freed: its files point to it, also after a dismount */
    ((struct io_device_object *)*device)->volume = volume;
    (*device)->SectorSize = volume->sector_size;
    (*device)->Flags = (*device)->Flags & ~DO_DEVICE_INITIALIZING;
    (*device)->Characteristics |= volume->read_only ? FILE_READ_ONLY_DEVICE : 0;
    return status;
}

static NTSTATUS join(struct io_volume *volume)
{
    PVPB vpb = ex_allocate(sizeof(VPB), IO_TAG);
    if (!vpb)
        return STATUS_INSUFFICIENT_RESOURCES;
    vpb->Type = IO_TYPE_VPB;
    vpb->Size = sizeof(VPB);
    vpb->Flags = VPB_MOUNTED;
    vpb->DeviceObject = volume->device;
    vpb->RealDevice = volume->disk_device;
    vpb->SerialNumber = (ULONG)(uintptr_t)volume ^ 0x5eed;
    if (volume->label) {
        size_t units = rtl_utf8_to_utf16(vpb->VolumeLabel, RTL_NUMBER_OF(vpb->VolumeLabel), volume->label,
            strlen(volume->label), NULL);
        if (units > RTL_NUMBER_OF(vpb->VolumeLabel))
            units = RTL_NUMBER_OF(vpb->VolumeLabel);
        vpb->VolumeLabelLength = (USHORT)(units * sizeof(WCHAR));
    }
    volume->disk_device->Vpb = vpb;
    return STATUS_SUCCESS;
}

static NTSTATUS make_devices(struct io_volume *volume)
{
    bool disk = volume->device_type == FILE_DEVICE_DISK_FILE_SYSTEM || volume->device_type == FILE_DEVICE_CD_ROM_FILE_SYSTEM;
    NTSTATUS status = make_device(volume, driver_name_of(volume), disk ? NULL : &volume->device_name, volume->device_type,
        &volume->device);
    if (!NT_SUCCESS(status) || !disk)
        return status;
    status = make_device(volume, u"\\Driver\\volmgr", &volume->device_name, FILE_DEVICE_DISK, &volume->disk_device);
    return NT_SUCCESS(status) ? join(volume) : status;
}

static void delete_device(PDEVICE_OBJECT device)
{
    if (!device)
        return;
    __atomic_store_n(&((struct io_device_object *)device)->volume, NULL, __ATOMIC_RELEASE);
    IoDeleteDevice(device);
}

/* They cannot be found any more. */
static void delete_devices(struct io_volume *volume)
{
    delete_device(volume->disk_device);
    delete_device(volume->device);
}

static void release_devices(struct io_volume *volume)
{
    if (volume->disk_device) {
        if (volume->disk_device->Vpb)
            ExFreePoolWithTag(volume->disk_device->Vpb, IO_TAG);
        volume->disk_device->Vpb = NULL;
        ObDereferenceObject(volume->disk_device);
    }
    if (volume->device)
        ObDereferenceObject(volume->device);
}

/* ---- life ---- */

static void free_volume(struct io_volume *volume)
{
    if (volume->ops && volume->ops->dismount)
        volume->ops->dismount(volume);
    release_devices(volume);
    io_free_string(&volume->device_name);
    io_free_string(&volume->dos_name);
    io_free_string(&volume->guid_name);
    free(volume->label);
    free(volume);
}

void io_volume_reference(struct io_volume *volume)
{
    __atomic_add_fetch(&volume->references, 1, __ATOMIC_RELAXED);
}

void io_volume_release(struct io_volume *volume)
{
    uint32_t left = __atomic_sub_fetch(&volume->references, 1, __ATOMIC_SEQ_CST);
    if (!left)
        free_volume(volume);
    else if (left == 1 && __atomic_load_n(&volume->dead, __ATOMIC_SEQ_CST) && io_upcalls.volume_unused
        && !__atomic_exchange_n(&volume->unused_told, true, __ATOMIC_SEQ_CST))
        io_upcalls.volume_unused(volume);
}

static NTSTATUS set_up(struct io_volume *volume, const char16_t *name, const struct io_volume_options *options)
{
    NTSTATUS status = choose_device_name(volume, name);
    if (NT_SUCCESS(status) && volume->device_type == FILE_DEVICE_DISK_FILE_SYSTEM)
        status = choose_guid(volume);
    if (NT_SUCCESS(status))
        status = choose_letter(volume, options ? options->dos_name : NULL);
    if (NT_SUCCESS(status))
        status = make_devices(volume);
    if (NT_SUCCESS(status))
        status = link_dos_name(volume);
    if (NT_SUCCESS(status) && volume->guid_name.Length)
        status = ob_make_symlink(&volume->guid_name, &volume->device_name);
    return status;
}

static void take_down_names(struct io_volume *volume)
{
    unlink_dos_name(volume);
    free_letter(volume);
    if (volume->guid_name.Length)
        ob_delete_symlink(&volume->guid_name);
    delete_devices(volume);
}

NTSTATUS io_volume_create(const struct io_base_ops *ops, io_dispatch_fn *dispatch, void *base_data, const char16_t *name,
    ULONG device_type, const struct io_volume_options *options, struct io_volume **out)
{
    struct io_volume *volume = calloc(1, sizeof *volume);
    if (!volume)
        return STATUS_INSUFFICIENT_RESOURCES;
    volume->references = 1;
    InitializeListHead(&volume->listeners);
    volume->base_data = base_data;
    volume->device_type = device_type;
    volume->sector_size = 512;
    volume->file_system_type = options ? options->file_system_type : FLT_FSTYPE_UNKNOWN;
    volume->read_only = options && options->read_only;
    volume->label = options && options->label ? strdup(options->label) : NULL;
    volume->contexts.owner = IO_CONTEXT_VOLUME;
    volume->base = (struct io_device){.dispatch = dispatch, .volume = volume};
    volume->top = &volume->base;
    KeInitializeEvent(&volume->files_closed, NotificationEvent, FALSE);
    NTSTATUS status = set_up(volume, name, options);
    volume->ops = ops;
    if (NT_SUCCESS(status) && io_upcalls.volume_created)
        status = io_upcalls.volume_created(volume);
    if (!NT_SUCCESS(status)) {
        take_down_names(volume);
        volume->ops = NULL; /* base_data stays the caller's */
        io_volume_release(volume);
        return status;
    }
    io_volume_lock();
    InsertTailList(&volumes, &volume->links);
    io_volume_unlock();
    *out = volume;
    return STATUS_SUCCESS;
}

NTSTATUS io_volume_dismount(struct io_volume *volume, bool force)
{
    if (__atomic_exchange_n(&volume->dismounting, true, __ATOMIC_SEQ_CST))
        return STATUS_VOLUME_DISMOUNTED;
    if (!force && __atomic_load_n(&volume->open_files, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&volume->dismounting, false, __ATOMIC_SEQ_CST);
        return STATUS_DEVICE_BUSY;
    }
    io_volume_lock();
    RemoveEntryList(&volume->links);
    io_volume_unlock();
    if (io_upcalls.volume_gone)
        io_upcalls.volume_gone(volume);
    __atomic_store_n(&volume->dead, true, __ATOMIC_SEQ_CST);
    io_context_list_end(&volume->contexts);
    take_down_names(volume);
    io_volume_release(volume); /* the creator's; files still open keep the rest */
    return STATUS_SUCCESS;
}

void io_volume_enumerate(bool (*each)(struct io_volume *volume, void *context), void *context)
{
    struct io_volume *volume = NULL, *previous = NULL;
    for (;;) {
        io_volume_lock();
        /* a volume that went meanwhile ends the walk: its links are still whole, but no longer in the list */
        PLIST_ENTRY entry = previous ? previous->links.Flink : volumes.Flink;
        if (previous && __atomic_load_n(&previous->dismounting, __ATOMIC_SEQ_CST))
            entry = &volumes;
        volume = entry == &volumes ? NULL : CONTAINING_RECORD(entry, struct io_volume, links);
        if (volume)
            io_volume_reference(volume);
        io_volume_unlock();
        if (previous)
            io_volume_release(previous);
        if (!volume)
            return;
        previous = volume;
        if (!each(volume, context)) {
            io_volume_release(volume);
            return;
        }
    }
}

/* ---- look-up ---- */

struct io_volume *io_volume_from_device(PDEVICE_OBJECT device)
{
    return device ? __atomic_load_n(&((struct io_device_object *)device)->volume, __ATOMIC_ACQUIRE) : NULL;
}

static bool is_drive(PCUNICODE_STRING name)
{
    return name->Length >= 4 && name->Buffer[1] == ':' && (name->Length == 4 || (name->Length == 6 && name->Buffer[2] == '\\'));
}

NTSTATUS io_volume_from_name(PCUNICODE_STRING name, struct io_volume **volume)
{
    *volume = NULL;
    char16_t drive[8] = u"\\??\\X:";
    UNICODE_STRING path = *name;
    if (!name->Length)
        return STATUS_INVALID_PARAMETER;
    if (is_drive(name)) {
        drive[4] = name->Buffer[0];
        RtlInitUnicodeString(&path, drive);
    } else if (name->Buffer[0] != '\\') {
        return STATUS_INVALID_PARAMETER;
    }
    OBJECT_ATTRIBUTES oa;
    InitializeObjectAttributes(&oa, &path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    PVOID object;
    UNICODE_STRING rest;
    NTSTATUS status = ob_lookup(&oa, KernelMode, &object, &rest);
    if (!NT_SUCCESS(status))
        return status == STATUS_OBJECT_PATH_SYNTAX_BAD ? STATUS_INVALID_PARAMETER : STATUS_FLT_VOLUME_NOT_FOUND;
    bool whole = rest.Length == 0 || (rest.Length == 2 && rest.Buffer[0] == '\\');
    struct io_volume *found = ob_type_of(object) == io_device_type ? io_volume_from_device(object) : NULL;
    if (found && whole && !__atomic_load_n(&found->dismounting, __ATOMIC_ACQUIRE)) {
        io_volume_reference(found);
        *volume = found;
    }
    ob_free_name(&rest);
    ObDereferenceObject(object);
    return *volume ? STATUS_SUCCESS : STATUS_FLT_VOLUME_NOT_FOUND;
}

static bool remember_last(struct io_volume *volume, void *context)
{
    struct io_volume **last = context;
    if (*last)
        io_volume_release(*last);
    io_volume_reference(volume);
    *last = volume;
    return true;
}

void io_stop(void)
{
    for (;;) {
        struct io_volume *last = NULL;
        io_volume_enumerate(remember_last, &last);
        if (!last)
            return;
        if (io_upcalls.shutdown)
            io_upcalls.shutdown(last);
        io_volume_dismount(last, true);
        io_volume_release(last);
    }
}
