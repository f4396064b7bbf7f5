/*
 * IRP_MJ_QUERY_VOLUME_INFORMATION and IRP_MJ_SET_VOLUME_INFORMATION (V-197).
 */
#include "hostfs/hostfs.h"

#include <errno.h>
#include <string.h>

#define SECTOR 512u

struct answer {
    struct io_volume *io;
    struct hostfs_volume *volume;
    void *buffer;
    ULONG length;
    ULONG_PTR written;
    struct statvfs vfs;
};

static NTSTATUS fill_volume(struct answer *a)
{
    PFILE_FS_VOLUME_INFORMATION out = a->buffer;
    struct hostfs_facts facts;
    if (hostfs_facts_of_node(a->volume->root, &facts) < 0)
        facts.creation = 1;
    ULONG bytes = a->volume->label_length * (ULONG)sizeof(char16_t);
    out->VolumeCreationTime.QuadPart = facts.creation;
    out->VolumeSerialNumber = a->volume->serial;
    out->VolumeLabelLength = bytes;
    out->SupportsObjects = FALSE;
    return hostfs_put_name(out, a->length, FIELD_OFFSET(FILE_FS_VOLUME_INFORMATION, VolumeLabel), a->volume->label, bytes, &a->written);
}

static NTSTATUS fill_size(struct answer *a)
{
    PFILE_FS_SIZE_INFORMATION out = a->buffer;
    out->TotalAllocationUnits.QuadPart = (LONGLONG)a->vfs.f_blocks;
    out->AvailableAllocationUnits.QuadPart = (LONGLONG)a->vfs.f_bavail;
    out->SectorsPerAllocationUnit = (ULONG)(a->vfs.f_frsize / SECTOR);
    out->BytesPerSector = SECTOR;
    return STATUS_SUCCESS;
}

static NTSTATUS fill_full_size(struct answer *a)
{
    PFILE_FS_FULL_SIZE_INFORMATION out = a->buffer;
    out->TotalAllocationUnits.QuadPart = (LONGLONG)a->vfs.f_blocks;
    out->CallerAvailableAllocationUnits.QuadPart = (LONGLONG)a->vfs.f_bavail;
    out->ActualAvailableAllocationUnits.QuadPart = (LONGLONG)a->vfs.f_bfree;
    out->SectorsPerAllocationUnit = (ULONG)(a->vfs.f_frsize / SECTOR);
    out->BytesPerSector = SECTOR;
    return STATUS_SUCCESS;
}

static NTSTATUS fill_device(struct answer *a)
{
    PFILE_FS_DEVICE_INFORMATION out = a->buffer;
    out->DeviceType = FILE_DEVICE_DISK;
    out->Characteristics = FILE_DEVICE_IS_MOUNTED | (a->volume->read_only ? FILE_READ_ONLY_DEVICE : 0);
    return STATUS_SUCCESS;
}

#ifndef FILE_SUPPORTS_POSIX_UNLINK_RENAME
#define FILE_SUPPORTS_POSIX_UNLINK_RENAME 0x00000400
#endif

static NTSTATUS fill_attribute(struct answer *a)
{
    PFILE_FS_ATTRIBUTE_INFORMATION out = a->buffer;
    ULONG with_xattrs = FILE_SUPPORTS_EXTENDED_ATTRIBUTES | FILE_NAMED_STREAMS;
    out->FileSystemAttributes = FILE_CASE_SENSITIVE_SEARCH | FILE_CASE_PRESERVED_NAMES | FILE_UNICODE_ON_DISK | FILE_SUPPORTS_SPARSE_FILES |
        FILE_SUPPORTS_REPARSE_POINTS | FILE_SUPPORTS_HARD_LINKS | FILE_SUPPORTS_OPEN_BY_FILE_ID | FILE_SUPPORTS_POSIX_UNLINK_RENAME |
        FILE_PERSISTENT_ACLS | (a->volume->xattrs ? with_xattrs : 0) | (a->volume->read_only ? FILE_READ_ONLY_VOLUME : 0);
    out->MaximumComponentNameLength = HOSTFS_NAME_UNITS;
    bool ntfs = a->io->file_system_type == FLT_FSTYPE_NTFS;
    const char *name = ntfs ? "NTFS" : a->volume->type_name;
    char16_t units[HOSTFS_NAME_UNITS];
    ULONG bytes = (ULONG)hostfs_name_to_nt(name, strlen(name), units) * (ULONG)sizeof *units;
    out->FileSystemNameLength = bytes;
    return hostfs_put_name(out, a->length, FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName), units, bytes, &a->written);
}

static NTSTATUS fill_sector(struct answer *a)
{
    *(PFILE_FS_SECTOR_SIZE_INFORMATION)a->buffer = (FILE_FS_SECTOR_SIZE_INFORMATION){.LogicalBytesPerSector = SECTOR,
        .PhysicalBytesPerSectorForAtomicity = SECTOR, .PhysicalBytesPerSectorForPerformance = (ULONG)a->vfs.f_frsize,
        .FileSystemEffectivePhysicalBytesPerSectorForAtomicity = SECTOR, .Flags = SSINFO_FLAGS_ALIGNED_DEVICE | SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE};
    return STATUS_SUCCESS;
}

static NTSTATUS fill_object_id(struct answer *a)
{
    PFILE_FS_OBJECTID_INFORMATION out = a->buffer;
    memset(out, 0, sizeof *out);
    uint64_t id = a->vfs.f_fsid;
    memcpy(out->ObjectId, &id, sizeof id);
    memcpy(out->ObjectId + 8, &a->volume->serial, sizeof a->volume->serial);
    return STATUS_SUCCESS;
}

/* No filter of the old kind sits in the path: asked by drivers' installers. */
static NTSTATUS fill_driver_path(struct answer *a)
{
    ((PFILE_FS_DRIVER_PATH_INFORMATION)a->buffer)->DriverInPath = FALSE;
    return STATUS_SUCCESS;
}

static const struct {
    FS_INFORMATION_CLASS class;
    ULONG size;
    bool named;
    NTSTATUS (*fill)(struct answer *a);
} classes[] = {
    {FileFsVolumeInformation, sizeof(FILE_FS_VOLUME_INFORMATION), true, fill_volume},
    {FileFsSizeInformation, sizeof(FILE_FS_SIZE_INFORMATION), false, fill_size},
    {FileFsDeviceInformation, sizeof(FILE_FS_DEVICE_INFORMATION), false, fill_device},
    {FileFsAttributeInformation, sizeof(FILE_FS_ATTRIBUTE_INFORMATION), true, fill_attribute},
    {FileFsFullSizeInformation, sizeof(FILE_FS_FULL_SIZE_INFORMATION), false, fill_full_size},
    {FileFsObjectIdInformation, sizeof(FILE_FS_OBJECTID_INFORMATION), false, fill_object_id},
    {FileFsDriverPathInformation, sizeof(FILE_FS_DRIVER_PATH_INFORMATION), false, fill_driver_path},
    {FileFsSectorSizeInformation, sizeof(FILE_FS_SECTOR_SIZE_INFORMATION), false, fill_sector},
};

NTSTATUS hostfs_query_volume(struct hostfs_volume *volume, struct io_operation *op)
{
    FS_INFORMATION_CLASS class = op->iopb.Parameters.QueryVolumeInformation.FsInformationClass;
    struct answer a = {.io = op->volume, .volume = volume, .buffer = op->iopb.Parameters.QueryVolumeInformation.VolumeBuffer,
        .length = op->iopb.Parameters.QueryVolumeInformation.Length};
    if (class == FileFsControlInformation)
        return hostfs_done(op, STATUS_NOT_SUPPORTED, 0); /* V-196 */
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (classes[i].class != class)
            continue;
        if (a.buffer == NULL || a.length < classes[i].size)
            return hostfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
        if (fstatvfs(volume->root_fd, &a.vfs) != 0)
            return hostfs_fail(op, errno, IO_ERRNO_PLAIN);
        a.written = classes[i].size;
        NTSTATUS status = classes[i].fill(&a);
        return hostfs_done(op, status, a.written);
    }
    return hostfs_done(op, STATUS_INVALID_INFO_CLASS, 0);
}

/* The label lives as long as the volume: Linux has no place for one that a directory could own. */
NTSTATUS hostfs_set_volume(struct hostfs_volume *volume, struct io_operation *op)
{
    const FILE_FS_LABEL_INFORMATION *label = op->iopb.Parameters.SetVolumeInformation.VolumeBuffer;
    ULONG length = op->iopb.Parameters.SetVolumeInformation.Length, header = FIELD_OFFSET(FILE_FS_LABEL_INFORMATION, VolumeLabel);
    if (op->iopb.Parameters.SetVolumeInformation.FsInformationClass != FileFsLabelInformation)
        return hostfs_done(op, STATUS_INVALID_INFO_CLASS, 0);
    if (label == NULL || length < header || label->VolumeLabelLength > length - header)
        return hostfs_done(op, STATUS_INFO_LENGTH_MISMATCH, 0);
    if (volume->read_only)
        return hostfs_done(op, STATUS_MEDIA_WRITE_PROTECTED, 0);
    if (label->VolumeLabelLength > sizeof volume->label || label->VolumeLabelLength & 1)
        return hostfs_done(op, STATUS_INVALID_VOLUME_LABEL, 0);
    pthread_mutex_lock(&volume->watching);
    memcpy(volume->label, label->VolumeLabel, label->VolumeLabelLength);
    volume->label_length = label->VolumeLabelLength / (ULONG)sizeof(char16_t);
    pthread_mutex_unlock(&volume->watching);
    return hostfs_done(op, STATUS_SUCCESS, 0);
}
