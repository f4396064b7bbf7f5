/* The simulated IRQL, critical and guarded regions: fields of the calling thread's block, checked rather than enforced. */
#include "ntoskrnl/ke/ke.h"

static const char *level_name(KIRQL irql)
{
    static const char *const names[] = {"PASSIVE_LEVEL", "APC_LEVEL", "DISPATCH_LEVEL"};
    return irql <= DISPATCH_LEVEL ? names[irql] : irql == HIGH_LEVEL ? "HIGH_LEVEL" : "DIRQL";
}

void ke_irql_report(const char *call, KIRQL max, const void *pc)
{
    ke_report_caller(call, pc, "called at %s, allowed up to %s", level_name(ke_self.irql), level_name(max));
}

void ke_level_mend(union ke_level level, const char *driver, const char *callback)
{
    if (ke_self.irql != level.irql)
        ke_report(driver, callback, "returned at %s, was called at %s", level_name(ke_self.irql), level_name(level.irql));
    if (ke_self.critical_depth != level.critical || ke_self.guarded_depth != level.guarded)
        ke_report(driver, callback, "returned inside %d critical and %d guarded regions, was called inside %d and %d",
            ke_self.critical_depth, ke_self.guarded_depth, level.critical, level.guarded);
    ke_self.irql = level.irql;
    ke_self.critical_depth = level.critical;
    ke_self.guarded_depth = level.guarded;
}

void ke_irql_check(KIRQL expected, const char *driver, const char *callback)
{
    union ke_level level = ke_self.at_entry;
    level.irql = expected;
    if (ke_self.irql != expected || ke_self.critical_depth != level.critical || ke_self.guarded_depth != level.guarded)
        ke_level_mend(level, driver, callback);
}

KIRQL NTAPI KeGetCurrentIrql(VOID)
{
    return ke_self.irql;
}

KIRQL NTAPI KfRaiseIrql(KIRQL NewIrql)
{
    KIRQL old = ke_self.irql;
    if (NewIrql < old)
        ke_report_caller("KeRaiseIrql", __builtin_return_address(0), "raises from %s to the lower %s", level_name(old),
            level_name(NewIrql));
    ke_self.irql = NewIrql;
    return old;
}

static void lower(KIRQL irql, const void *pc)
{
    if (irql > ke_self.irql)
        ke_report_caller(
            "KeLowerIrql", pc, "lowers from %s to the higher %s", level_name(ke_self.irql), level_name(irql));
    ke_self.irql = irql;
}

VOID NTAPI KfLowerIrql(KIRQL NewIrql)
{
    lower(NewIrql, __builtin_return_address(0));
}

#ifndef KeLowerIrql
VOID NTAPI KeLowerIrql(KIRQL NewIrql)
{
    lower(NewIrql, __builtin_return_address(0));
}
#endif

KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID)
{
    return KfRaiseIrql(DISPATCH_LEVEL);
}

VOID NTAPI KeEnterCriticalRegion(VOID)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    ke_self.critical_depth++;
}

VOID NTAPI KeLeaveCriticalRegion(VOID)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (--ke_self.critical_depth < 0) {
        ke_report_caller("KeLeaveCriticalRegion", __builtin_return_address(0), "not inside a critical region");
        ke_self.critical_depth = 0;
    }
    if (__builtin_expect(ke_self.apcs != NULL, 0))
        ke_apcs_run();
}

VOID NTAPI KeEnterGuardedRegion(VOID)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    ke_self.guarded_depth++;
}

VOID NTAPI KeLeaveGuardedRegion(VOID)
{
    KE_REQUIRE_IRQL(APC_LEVEL);
    if (--ke_self.guarded_depth < 0) {
        ke_report_caller("KeLeaveGuardedRegion", __builtin_return_address(0), "not inside a guarded region");
        ke_self.guarded_depth = 0;
    }
    if (__builtin_expect(ke_self.apcs != NULL, 0))
        ke_apcs_run();
}

BOOLEAN NTAPI KeAreApcsDisabled(VOID)
{
    return ke_self.critical_depth > 0 || ke_self.guarded_depth > 0 || ke_self.irql >= APC_LEVEL;
}

BOOLEAN NTAPI KeAreAllApcsDisabled(VOID)
{
    return ke_self.guarded_depth > 0 || ke_self.irql >= APC_LEVEL;
}
