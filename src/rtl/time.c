/* Times: 100 ns since 1601-01-01 UTC, their fields, seconds since other beginnings. Pure code but for the local zone. */
#include <ntifs.h>

#include <stdbool.h>
#include <time.h>

#define SECOND 10000000LL
#define MILLISECOND 10000LL
#define DAY 86400LL               /* seconds */
#define UNIX_EPOCH 11644473600LL  /* 1970 in seconds since 1601 */
#define DECADE_1980 11960006400LL /* 1980 in seconds since 1601 */

/* Days from 1601-01-01 to a civil date, by counting years from March on. */
static LONGLONG days_of(LONGLONG year, unsigned month, unsigned day)
{
    if (month <= 2)
        year--;
    LONGLONG era = year / 400;
    LONGLONG of_era = year - era * 400;
    LONGLONG of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 584694;
}

static void date_of(LONGLONG days, PTIME_FIELDS fields)
{
    days += 584694;
    LONGLONG era = days / 146097, of_era = days - era * 146097;
    LONGLONG year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    LONGLONG of_year = of_era - (365 * year + year / 4 - year / 100);
    LONGLONG month = (5 * of_year + 2) / 153;
    fields->Day = (CSHORT)(of_year - (153 * month + 2) / 5 + 1);
    fields->Month = (CSHORT)(month < 10 ? month + 3 : month - 9);
    fields->Year = (CSHORT)(year + era * 400 + (fields->Month <= 2));
}

VOID NTAPI RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
    LONGLONG seconds = Time->QuadPart / SECOND, days = seconds / DAY, rest = seconds % DAY;
    date_of(days, TimeFields);
    TimeFields->Hour = (CSHORT)(rest / 3600);
    TimeFields->Minute = (CSHORT)(rest / 60 % 60);
    TimeFields->Second = (CSHORT)(rest % 60);
    TimeFields->Milliseconds = (CSHORT)(Time->QuadPart % SECOND / MILLISECOND);
    TimeFields->Weekday = (CSHORT)((days + 1) % 7); /* 1601-01-01 was a Monday */
}

static int days_in(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

BOOLEAN NTAPI RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
    TIME_FIELDS f = *TimeFields;
    if (f.Year < 1601 || f.Month < 1 || f.Month > 12 || f.Day < 1 || f.Day > days_in(f.Year, f.Month) || f.Hour < 0 ||
        f.Hour > 23 || f.Minute < 0 || f.Minute > 59 || f.Second < 0 || f.Second > 59 || f.Milliseconds < 0 ||
        f.Milliseconds > 999)
        return FALSE;
    LONGLONG seconds = days_of(f.Year, (unsigned)f.Month, (unsigned)f.Day) * DAY + f.Hour * 3600 + f.Minute * 60 + f.Second;
    Time->QuadPart = seconds * SECOND + f.Milliseconds * MILLISECOND;
    return TRUE;
}

static BOOLEAN seconds_since(PLARGE_INTEGER time, LONGLONG beginning, PULONG elapsed)
{
    LONGLONG seconds = time->QuadPart / SECOND - beginning;
    if (seconds < 0 || seconds > MAXULONG)
        return FALSE;
    *elapsed = (ULONG)seconds;
    return TRUE;
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return seconds_since(Time, UNIX_EPOCH, ElapsedSeconds);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
    return seconds_since(Time, DECADE_1980, ElapsedSeconds);
}

VOID NTAPI RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (ElapsedSeconds + UNIX_EPOCH) * SECOND;
}

VOID NTAPI RtlSecondsSince1980ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
    Time->QuadPart = (ElapsedSeconds + DECADE_1980) * SECOND;
}

/* ---- the local zone: today's offset from UTC is applied to every time, as the kernel does ---- */

static LONGLONG zone_offset(void)
{
    time_t now = time(NULL);
    struct tm local;
    return localtime_r(&now, &local) ? local.tm_gmtoff * SECOND : 0;
}

VOID NTAPI ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
    LocalTime->QuadPart = SystemTime->QuadPart + zone_offset();
}

VOID NTAPI ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
    SystemTime->QuadPart = LocalTime->QuadPart - zone_offset();
}

NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *SystemTime, PLARGE_INTEGER LocalTime)
{
    LocalTime->QuadPart = SystemTime->QuadPart + zone_offset();
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *LocalTime, PLARGE_INTEGER SystemTime)
{
    SystemTime->QuadPart = LocalTime->QuadPart - zone_offset();
    return STATUS_SUCCESS;
}
