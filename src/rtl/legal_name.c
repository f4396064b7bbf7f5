/* Which characters file systems allow in names, and 8.3 names. Pure code and constant tables. */
#include <ntifs.h>

#include <stdbool.h>

#define FAT FSRTL_FAT_LEGAL
#define HPFS FSRTL_HPFS_LEGAL
#define NTFS FSRTL_NTFS_LEGAL
#define WILD FSRTL_WILD_CHARACTER
#define OLE FSRTL_OLE_LEGAL
#define ALL (FAT | HPFS | NTFS | OLE)

/* For characters below 0x80; others are legal everywhere. */
static const UCHAR legal[128] = {
    [0x00] = 0,
    [0x01 ... 0x1F] = OLE,
    [' '] = ALL, ['!'] = ALL, ['"'] = WILD | OLE, ['#'] = ALL, ['$'] = ALL, ['%'] = ALL, ['&'] = ALL, ['\''] = ALL,
    ['('] = ALL, [')'] = ALL, ['*'] = WILD | OLE, ['+'] = HPFS | NTFS | OLE, [','] = HPFS | NTFS | OLE, ['-'] = ALL,
    ['.'] = ALL, ['/'] = 0,
    ['0' ... '9'] = ALL, [':'] = OLE, [';'] = HPFS | NTFS | OLE, ['<'] = WILD | OLE, ['='] = HPFS | NTFS | OLE,
    ['>'] = WILD | OLE, ['?'] = WILD | OLE, ['@' ... 'Z'] = ALL,
    ['['] = HPFS | NTFS | OLE, ['\\'] = 0, [']'] = HPFS | NTFS | OLE, ['^' ... '{'] = ALL, ['|'] = OLE, ['}' ... 0x7F] = ALL,
};

const UCHAR *const FsRtlLegalAnsiCharacterArray = legal;

static bool is_legal(UCHAR c, UCHAR kind, bool wild)
{
    return c >= 0x80 || (legal[c] & (kind | (wild ? WILD : 0)));
}

static bool component_fits(const char *text, USHORT length, USHORT limit, bool wild)
{
    if (length == 0 || length > limit || text[length - 1] == ' ')
        return false;
    for (USHORT i = 0; i < length; i++) {
        if (text[i] == '.' || !is_legal((UCHAR)text[i], FAT, wild))
            return false;
    }
    return true;
}

static bool is_8dot3(const char *text, USHORT length, bool wild)
{
    USHORT dot = 0;
    if ((length == 1 && text[0] == '.') || (length == 2 && text[0] == '.' && text[1] == '.'))
        return true;
    while (dot < length && text[dot] != '.')
        dot++;
    if (!component_fits(text, dot, 8, wild))
        return false;
    return dot == length || component_fits(text + dot + 1, (USHORT)(length - dot - 1), 3, wild);
}

typedef bool legal_component(const char *text, USHORT length, bool wild);

/* Each part of a path, or the one name. */
static BOOLEAN check_path(PANSI_STRING name, BOOLEAN wild, BOOLEAN path, BOOLEAN leading, legal_component *check)
{
    USHORT at = 0;
    if (leading && name->Length && name->Buffer[0] == '\\') {
        if (name->Length == 1)
            return TRUE;
        at = 1;
    }
    for (;;) {
        USHORT end = at;
        while (end < name->Length && name->Buffer[end] != '\\')
            end++;
        if (!check(name->Buffer + at, (USHORT)(end - at), wild))
            return FALSE;
        if (end == name->Length)
            return TRUE;
        if (!path)
            return FALSE;
        at = (USHORT)(end + 1);
    }
}

static bool is_hpfs(const char *text, USHORT length, bool wild)
{
    if (length == 0 || length > 255 || text[length - 1] == ' ' || text[length - 1] == '.')
        return length == 1 && text[0] == '.';
    for (USHORT i = 0; i < length; i++) {
        if (!is_legal((UCHAR)text[i], HPFS, wild))
            return false;
    }
    return true;
}

BOOLEAN NTAPI FsRtlIsFatDbcsLegal(ANSI_STRING DbcsName, BOOLEAN WildCardsPermissible, BOOLEAN PathNamePermissible,
    BOOLEAN LeadingBackslashPermissible)
{
    return check_path(&DbcsName, WildCardsPermissible, PathNamePermissible, LeadingBackslashPermissible, is_8dot3);
}

BOOLEAN NTAPI FsRtlIsHpfsDbcsLegal(ANSI_STRING DbcsName, BOOLEAN WildCardsPermissible, BOOLEAN PathNamePermissible,
    BOOLEAN LeadingBackslashPermissible)
{
    return check_path(&DbcsName, WildCardsPermissible, PathNamePermissible, LeadingBackslashPermissible, is_hpfs);
}

/* OemName, if given, gets the name in the OEM code page; a space inside is told apart. */
BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(PCUNICODE_STRING Name, POEM_STRING OemName, PBOOLEAN NameContainsSpaces)
{
    char text[64];
    OEM_STRING own = {0, sizeof text, text}, *oem = OemName ? OemName : &own;
    bool spaces = false;
    if (Name->Length > 12 * sizeof(WCHAR) || RtlUpcaseUnicodeStringToCountedOemString(oem, Name, FALSE) != STATUS_SUCCESS)
        return FALSE;
    if (oem->Length > 12 || !is_8dot3(oem->Buffer, oem->Length, false))
        return FALSE;
    for (USHORT i = 0; i < oem->Length; i++)
        spaces |= oem->Buffer[i] == ' ';
    if (NameContainsSpaces)
        *NameContainsSpaces = spaces;
    return TRUE;
}

/* ---- statuses ---- */

/* What a file system may return without having raised by a mistake of its own. */
BOOLEAN NTAPI FsRtlIsNtstatusExpected(NTSTATUS Exception)
{
    return Exception != STATUS_DATATYPE_MISALIGNMENT && Exception != STATUS_ACCESS_VIOLATION &&
        Exception != STATUS_ILLEGAL_INSTRUCTION && Exception != STATUS_INSTRUCTION_MISALIGNMENT;
}

NTSTATUS NTAPI FsRtlNormalizeNtstatus(NTSTATUS Exception, NTSTATUS GenericException)
{
    return FsRtlIsNtstatusExpected(Exception) ? Exception : GenericException;
}

BOOLEAN NTAPI FsRtlIsTotalDeviceFailure(NTSTATUS Status)
{
    return !NT_SUCCESS(Status) && Status != STATUS_CRC_ERROR && Status != STATUS_DEVICE_DATA_ERROR;
}
