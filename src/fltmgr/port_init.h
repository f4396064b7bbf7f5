/* Start of the port room: makes the object type and hooks into the filter's end. Called once by flt_init. */
#ifndef OFM_FLTMGR_PORT_INIT_H
#define OFM_FLTMGR_PORT_INIT_H

void flt_port_init(void);

#endif
