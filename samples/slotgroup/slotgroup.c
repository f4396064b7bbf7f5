/*
 * slotgroup: one mailslot name that stands for several. What a program writes to \\.\mailslot\alerts arrives in every member of the group.
 *
 * Shows: completing a client's IRP_MJ_CREATE, opening and writing files below the own instance (the filter never meets itself), names and policy
 * from the registry, telling the opener what happened by an extra create parameter.
 *
 * Services\slotgroup\Parameters\Groups has a REG_MULTI_SZ value for each group: its name and its members. RequireAll = 1: a write succeeds only
 * when every member took it (what the others took stays with them); 0: when one did.
 *
 *     fltcc slotgroup.c -o slotgroup.so && fltmc install slotgroup.inf && fltmc load slotgroup
 *     fltcc --app groupapp.c -o groupapp && ./groupapp
 */
#include <initguid.h>
#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>
#include "slotgroup.h"

#define SLOTGROUP_TAG 'rgSo'
#define SLOTGROUP_VALUE 4096 /* bytes of one group's configuration */

typedef struct _SLOTGROUP {
    LIST_ENTRY Links;
    UNICODE_STRING Name;                        /* "\alerts", as in a file object */
    ULONG Count;
    UNICODE_STRING Member[SLOTGROUP_MEMBERS];   /* full names, inside Text */
    WCHAR Text[ANYSIZE_ARRAY];
} SLOTGROUP, *PSLOTGROUP;

/* One open of a group: FsContext2 of its file object. Lock: one writer at a time opens members again. (A fast mutex would raise the IRQL: no file I/O then.) */
typedef struct _SLOTGROUP_OPEN {
    PSLOTGROUP Group;
    EX_PUSH_LOCK Lock;
    struct {
        HANDLE Handle;
        PFILE_OBJECT File;   /* NULL: nobody serves this member */
    } Member[SLOTGROUP_MEMBERS];
} SLOTGROUP_OPEN, *PSLOTGROUP_OPEN;

static struct {
    FSRTL_ADVANCED_FCB_HEADER Header;  /* FsContext of the groups' file objects; zeroed: no stream */
    PFLT_FILTER Filter;
    LIST_ENTRY Groups;                 /* not changed after DriverEntry */
    ULONG RequireAll;
    LONG Opens;                        /* file objects that are the driver's */
} Globals = { .Groups = { &Globals.Groups, &Globals.Groups } };

DRIVER_INITIALIZE DriverEntry;

static FLT_PREOP_CALLBACK_STATUS
GroupDone(PFLT_CALLBACK_DATA Data, NTSTATUS Status, ULONG_PTR Information)
{
    Data->IoStatus.Status = Status;
    Data->IoStatus.Information = Information;
    return FLT_PREOP_COMPLETE;
}

static BOOLEAN
GroupIsOurs(PCFLT_RELATED_OBJECTS FltObjects)
{
    return FltObjects->FileObject != NULL && FltObjects->FileObject->FsContext == &Globals;
}

/* The group of a name that is about to be opened, or NULL. */
static PSLOTGROUP
GroupFind(PFILE_OBJECT FileObject)
{
    UNICODE_STRING name;
    PLIST_ENTRY entry;
    PSLOTGROUP group;

    for (entry = Globals.Groups.Flink; entry != &Globals.Groups; entry = entry->Flink) {
        group = CONTAINING_RECORD(entry, SLOTGROUP, Links);
        name = group->Name;
        if (FileObject->RelatedFileObject != NULL) { /* relative to the root: without the backslash */
            name.Buffer++;
            name.Length -= sizeof(WCHAR);
        }
        if (RtlEqualUnicodeString(&name, &FileObject->FileName, TRUE)) {
            return group;
        }
    }
    return NULL;
}

/* ---- members ---- */

static NTSTATUS
GroupOpenMember(PFLT_INSTANCE Instance, PSLOTGROUP_OPEN Open, ULONG Index)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK iosb;

    InitializeObjectAttributes(&attributes, &Open->Group->Member[Index], OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    return FltCreateFileEx2(Globals.Filter, Instance, &Open->Member[Index].Handle, &Open->Member[Index].File, FILE_WRITE_DATA | SYNCHRONIZE,
                            &attributes, &iosb, NULL, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN,
                            FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, 0, NULL);
}

static VOID
GroupCloseMember(PSLOTGROUP_OPEN Open, ULONG Index)
{
    if (Open->Member[Index].File != NULL) {
        ObDereferenceObject(Open->Member[Index].File);
        FltClose(Open->Member[Index].Handle);
        Open->Member[Index].File = NULL;
    }
}

/* One message to one member. Its server may have come, or gone and come again, since the last one. */
static NTSTATUS
GroupWriteMember(PFLT_INSTANCE Instance, PSLOTGROUP_OPEN Open, ULONG Index, PVOID Bytes, ULONG Length)
{
    NTSTATUS status = STATUS_FILE_FORCED_CLOSED;

    if (Open->Member[Index].File != NULL) {
        status = FltWriteFile(Instance, Open->Member[Index].File, NULL, Length, Bytes, 0, NULL, NULL, NULL);
    }
    if (status == STATUS_FILE_FORCED_CLOSED) {
        GroupCloseMember(Open, Index);
        status = GroupOpenMember(Instance, Open, Index);
        if (NT_SUCCESS(status)) {
            status = FltWriteFile(Instance, Open->Member[Index].File, NULL, Length, Bytes, 0, NULL, NULL, NULL);
        }
    }
    return status;
}

/* ---- create ---- */

/* Tells the opener, if it brought the parameter along. */
static VOID
GroupTell(PFLT_CALLBACK_DATA Data, ULONG Members, const NTSTATUS *Status)
{
    PECP_LIST list = NULL;
    PSLOTGROUP_RESULT result = NULL;
    ULONG size, i;

    if (!NT_SUCCESS(FltGetEcpListFromCallbackData(Globals.Filter, Data, &list)) || list == NULL ||
        !NT_SUCCESS(FltFindExtraCreateParameter(Globals.Filter, list, &GUID_ECP_SLOTGROUP_RESULT, (PVOID *)&result, &size)) ||
        size < sizeof(*result) || FltIsEcpFromUserMode(Globals.Filter, result)) {
        return;
    }
    result->Members = Members;
    result->Opened = 0;
    for (i = 0; i < Members; i++) {
        result->Status[i] = Status[i];
        result->Opened += NT_SUCCESS(Status[i]);
    }
    FltAcknowledgeEcp(Globals.Filter, result);
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
GroupPreCreate(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    PSLOTGROUP group = GroupFind(FltObjects->FileObject);
    NTSTATUS status[SLOTGROUP_MEMBERS];
    PSLOTGROUP_OPEN open;
    ULONG i;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (group == NULL) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    open = ExAllocatePoolZero(NonPagedPoolNx, sizeof(*open), SLOTGROUP_TAG);
    if (open == NULL) {
        return GroupDone(Data, STATUS_INSUFFICIENT_RESOURCES, 0);
    }
    open->Group = group;
    FltInitializePushLock(&open->Lock);
    for (i = 0; i < group->Count; i++) {
        status[i] = GroupOpenMember(FltObjects->Instance, open, i);
    }
    GroupTell(Data, group->Count, status);
    FltObjects->FileObject->FsContext = &Globals;
    FltObjects->FileObject->FsContext2 = open;
    InterlockedIncrement(&Globals.Opens);
    return GroupDone(Data, STATUS_SUCCESS, FILE_OPENED);
}

/* A group's name is taken: nobody else may serve it. */
FLT_PREOP_CALLBACK_STATUS FLTAPI
GroupPreCreateMailslot(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    return GroupFind(FltObjects->FileObject) == NULL ? FLT_PREOP_SUCCESS_NO_CALLBACK : GroupDone(Data, STATUS_OBJECT_NAME_COLLISION, 0);
}

/* ---- write ---- */

/* The same bytes to each member: an address that holds while others read it. */
static NTSTATUS
GroupBytes(PFLT_CALLBACK_DATA Data, PVOID *Bytes)
{
    PFLT_PARAMETERS parameters = &Data->Iopb->Parameters;
    NTSTATUS status = STATUS_SUCCESS;

    *Bytes = parameters->Write.WriteBuffer;
    if (parameters->Write.Length == 0) {
        return STATUS_SUCCESS;
    }
    if (parameters->Write.MdlAddress == NULL) {
        status = FltLockUserBuffer(Data);
    }
    if (NT_SUCCESS(status)) {
        *Bytes = MmGetSystemAddressForMdlSafe(parameters->Write.MdlAddress, NormalPagePriority | MdlMappingNoExecute);
        status = *Bytes != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    return status;
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
GroupPreWrite(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    ULONG length = Data->Iopb->Parameters.Write.Length, took = 0, i;
    NTSTATUS status, failure = STATUS_OBJECT_NAME_NOT_FOUND;
    PSLOTGROUP_OPEN open;
    PVOID bytes;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!GroupIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    if (!FLT_IS_IRP_OPERATION(Data)) {
        return FLT_PREOP_DISALLOW_FASTIO;
    }
    status = GroupBytes(Data, &bytes);
    if (!NT_SUCCESS(status)) {
        return GroupDone(Data, status, 0);
    }
    open = FltObjects->FileObject->FsContext2;
    FltAcquirePushLockExclusive(&open->Lock); /* one writer's messages reach all members in one order */
    for (i = 0; i < open->Group->Count; i++) {
        status = GroupWriteMember(FltObjects->Instance, open, i, bytes, length);
        if (NT_SUCCESS(status)) {
            took++;
        } else {
            failure = status;
        }
    }
    FltReleasePushLock(&open->Lock);
    if (Globals.RequireAll ? took == open->Group->Count && took != 0 : took != 0) {
        return GroupDone(Data, STATUS_SUCCESS, length);
    }
    return GroupDone(Data, failure, 0);
}

/* ---- the rest of a file object's life ---- */

FLT_PREOP_CALLBACK_STATUS FLTAPI
GroupPreCleanup(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    return GroupIsOurs(FltObjects) ? GroupDone(Data, STATUS_SUCCESS, 0) : FLT_PREOP_SUCCESS_NO_CALLBACK;
}

FLT_PREOP_CALLBACK_STATUS FLTAPI
GroupPreClose(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    PSLOTGROUP_OPEN open;
    ULONG i;

    UNREFERENCED_PARAMETER(CompletionContext);
    if (!GroupIsOurs(FltObjects)) {
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }
    open = FltObjects->FileObject->FsContext2;
    for (i = 0; i < open->Group->Count; i++) {
        GroupCloseMember(open, i);
    }
    FltDeletePushLock(&open->Lock);
    ExFreePoolWithTag(open, SLOTGROUP_TAG);
    InterlockedDecrement(&Globals.Opens);
    return GroupDone(Data, STATUS_SUCCESS, 0);
}

/* Reading, asking for information ...: a group takes messages and nothing else. */
FLT_PREOP_CALLBACK_STATUS FLTAPI
GroupPreOther(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS FltObjects, PVOID *CompletionContext)
{
    UNREFERENCED_PARAMETER(CompletionContext);
    return GroupIsOurs(FltObjects) ? GroupDone(Data, STATUS_INVALID_PARAMETER, 0) : FLT_PREOP_SUCCESS_NO_CALLBACK;
}

/* ---- configuration ---- */

/* "\Device\Mailslot\" and the member's name, at *Text, which moves on. */
static VOID
GroupAddMember(PSLOTGROUP Group, PWSTR *Text, PCUNICODE_STRING Name)
{
    static const UNICODE_STRING volume = RTL_CONSTANT_STRING(L"\\Device\\Mailslot\\");
    PUNICODE_STRING member = &Group->Member[Group->Count++];

    RtlInitEmptyUnicodeString(member, *Text, volume.Length + Name->Length);
    RtlAppendUnicodeStringToString(member, &volume);
    RtlAppendUnicodeStringToString(member, Name);
    *Text += member->Length / sizeof(WCHAR);
}

/* A group of one registry value: the name, and the members one after the other, each with an end mark. */
static NTSTATUS
GroupAdd(PKEY_VALUE_FULL_INFORMATION Value)
{
    UNICODE_STRING name = { (USHORT)Value->NameLength, (USHORT)Value->NameLength, Value->Name }, member;
    PWSTR at = (PWSTR)((PUCHAR)Value + Value->DataOffset), end = at + Value->DataLength / sizeof(WCHAR), text;
    PSLOTGROUP group;

    group = ExAllocatePoolZero(PagedPool, sizeof(*group) + name.Length + sizeof(WCHAR) + Value->DataLength +
                               SLOTGROUP_MEMBERS * sizeof(L"\\Device\\Mailslot\\"), SLOTGROUP_TAG);
    if (group == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    group->Text[0] = L'\\';
    RtlCopyMemory(group->Text + 1, name.Buffer, name.Length);
    group->Name.Buffer = group->Text;
    group->Name.Length = group->Name.MaximumLength = name.Length + sizeof(WCHAR);
    text = group->Text + group->Name.Length / sizeof(WCHAR);
    while (at < end && *at != L'\0' && group->Count < SLOTGROUP_MEMBERS) {
        member.Buffer = at;
        while (at < end && *at != L'\0') {
            at++;
        }
        member.Length = member.MaximumLength = (USHORT)((PUCHAR)at - (PUCHAR)member.Buffer);
        GroupAddMember(group, &text, &member);
        at++;
    }
    DbgPrint("slotgroup: %wZ has %lu members\n", &group->Name, group->Count);
    InsertTailList(&Globals.Groups, &group->Links);
    return STATUS_SUCCESS;
}

static NTSTATUS
GroupReadGroups(HANDLE Parameters)
{
    UNICODE_STRING subkey = RTL_CONSTANT_STRING(L"Groups");
    PKEY_VALUE_FULL_INFORMATION value;
    OBJECT_ATTRIBUTES attributes;
    ULONG length, i;
    NTSTATUS status;
    HANDLE key;

    InitializeObjectAttributes(&attributes, &subkey, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, Parameters, NULL);
    status = ZwOpenKey(&key, KEY_READ, &attributes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    value = ExAllocatePoolZero(PagedPool, SLOTGROUP_VALUE, SLOTGROUP_TAG);
    status = value == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
    for (i = 0; NT_SUCCESS(status); i++) {
        status = ZwEnumerateValueKey(key, i, KeyValueFullInformation, value, SLOTGROUP_VALUE, &length);
        if (NT_SUCCESS(status) && value->Type == REG_MULTI_SZ) {
            status = GroupAdd(value);
        }
    }
    if (value != NULL) {
        ExFreePoolWithTag(value, SLOTGROUP_TAG);
    }
    ZwClose(key);
    return status == STATUS_NO_MORE_ENTRIES ? STATUS_SUCCESS : status;
}

static NTSTATUS
GroupReadConfiguration(PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING subkey = RTL_CONSTANT_STRING(L"Parameters"), name = RTL_CONSTANT_STRING(L"RequireAll");
    UCHAR room[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION value = (PKEY_VALUE_PARTIAL_INFORMATION)room;
    OBJECT_ATTRIBUTES attributes;
    HANDLE service, parameters;
    ULONG length;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, RegistryPath, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    status = ZwOpenKey(&service, KEY_READ, &attributes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    InitializeObjectAttributes(&attributes, &subkey, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, service, NULL);
    status = ZwOpenKey(&parameters, KEY_READ, &attributes);
    ZwClose(service);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    if (NT_SUCCESS(ZwQueryValueKey(parameters, &name, KeyValuePartialInformation, value, sizeof(room), &length)) &&
        value->Type == REG_DWORD && value->DataLength == sizeof(ULONG)) {
        Globals.RequireAll = *(PULONG)value->Data;
    }
    status = GroupReadGroups(parameters);
    ZwClose(parameters);
    return status;
}

/* ---- life ---- */

static VOID
GroupFreeAll(VOID)
{
    while (!IsListEmpty(&Globals.Groups)) {
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&Globals.Groups), SLOTGROUP, Links), SLOTGROUP_TAG);
    }
}

NTSTATUS FLTAPI
GroupInstanceSetup(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_SETUP_FLAGS Flags, DEVICE_TYPE VolumeDeviceType,
                   FLT_FILESYSTEM_TYPE VolumeFilesystemType)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);
    return VolumeFilesystemType == FLT_FSTYPE_MSFS ? STATUS_SUCCESS : STATUS_FLT_DO_NOT_ATTACH;
}

/* While a group is open its file objects need the driver. */
NTSTATUS FLTAPI
GroupQueryTeardown(PCFLT_RELATED_OBJECTS FltObjects, FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags)
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    return Globals.Opens == 0 ? STATUS_SUCCESS : STATUS_FLT_DO_NOT_DETACH;
}

NTSTATUS FLTAPI
GroupUnload(FLT_FILTER_UNLOAD_FLAGS Flags)
{
    if (Globals.Opens != 0 && !FlagOn(Flags, FLTFL_FILTER_UNLOAD_MANDATORY)) {
        return STATUS_FLT_DO_NOT_DETACH;
    }
    FltUnregisterFilter(Globals.Filter);
    GroupFreeAll();
    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Callbacks[] = {
    { IRP_MJ_CREATE, 0, GroupPreCreate, NULL },
    { IRP_MJ_CREATE_MAILSLOT, 0, GroupPreCreateMailslot, NULL },
    { IRP_MJ_WRITE, 0, GroupPreWrite, NULL },
    { IRP_MJ_READ, 0, GroupPreOther, NULL },
    { IRP_MJ_QUERY_INFORMATION, 0, GroupPreOther, NULL },
    { IRP_MJ_SET_INFORMATION, 0, GroupPreOther, NULL },
    { IRP_MJ_FLUSH_BUFFERS, 0, GroupPreCleanup, NULL },
    { IRP_MJ_FILE_SYSTEM_CONTROL, 0, GroupPreOther, NULL },
    { IRP_MJ_DIRECTORY_CONTROL, 0, GroupPreOther, NULL },
    { IRP_MJ_QUERY_SECURITY, 0, GroupPreOther, NULL },
    { IRP_MJ_SET_SECURITY, 0, GroupPreOther, NULL },
    { IRP_MJ_CLEANUP, 0, GroupPreCleanup, NULL },
    { IRP_MJ_CLOSE, 0, GroupPreClose, NULL },
    { IRP_MJ_OPERATION_END }
};

static const FLT_REGISTRATION Registration = {
    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS,
    NULL,
    Callbacks,
    GroupUnload,
    GroupInstanceSetup,
    GroupQueryTeardown,
};

NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    status = GroupReadConfiguration(RegistryPath);
    if (!NT_SUCCESS(status)) {
        DbgPrint("slotgroup: no groups: Parameters\\Groups of the service cannot be read (0x%08x); fltmc install slotgroup.inf makes it\n", status);
    } else {
        status = FltRegisterFilter(DriverObject, &Registration, &Globals.Filter);
    }
    if (NT_SUCCESS(status)) {
        status = FltStartFiltering(Globals.Filter);
        if (!NT_SUCCESS(status)) {
            FltUnregisterFilter(Globals.Filter);
        }
    }
    if (!NT_SUCCESS(status)) {
        GroupFreeAll();
    }
    return status;
}
