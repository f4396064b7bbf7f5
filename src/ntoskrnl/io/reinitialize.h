/* IoRegisterDriverReinitialization: the loader runs what a driver registered. */
#ifndef OFM_IO_REINITIALIZE_H
#define OFM_IO_REINITIALIZE_H

#include <ntifs.h>
#include <stdbool.h>

/* Runs the driver's routines, those they register too; drops them when DriverEntry failed. */
void io_driver_reinitialize(PDRIVER_OBJECT driver, const char *name, bool started);

#endif
