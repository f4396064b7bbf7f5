/* See leaks.h. */
#include "ntoskrnl/io/leaks.h"

#include "ntoskrnl/cm/cm.h"
#include "ntoskrnl/ex/ex.h"
#include "ntoskrnl/ke/timer.h"
#include "ntoskrnl/mm/mm.h"
#include "ntoskrnl/ob/ob.h"
#include "ntoskrnl/ps/ps.h"

unsigned long io_report_leaks(const char *driver)
{
    return (unsigned long)ke_report_leaks(driver) + ps_report_leaks(driver) + cm_report_leaks(driver) + ob_report_leaks(driver)
        + mm_report_leaks(driver) + ex_report_leaks(driver);
}
