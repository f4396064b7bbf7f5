/* The rig of the control device tests: the manager in the test with a driver linked in, the application in a process of its own. */
#ifndef DEVICES_RIG_H
#define DEVICES_RIG_H

#include "driver.h"
#include "harness.h"

#include <openfltmgr.h>

#include <stdbool.h>
#include <sys/types.h>

extern struct counters driver_counters; /* __atomic */
extern unsigned driver_shutdowns; /* IRP_MJ_SHUTDOWN */
extern bool driver_vetoes;
NTSTATUS driver_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

#endif
