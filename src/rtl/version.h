/* The version both libraries carry. */
#ifndef OFM_RTL_VERSION_H
#define OFM_RTL_VERSION_H

const char *rtl_version(void);

#endif
