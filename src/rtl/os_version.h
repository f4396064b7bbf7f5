/* The Windows version this system says it is. */
#ifndef OFM_RTL_OS_VERSION_H
#define OFM_RTL_OS_VERSION_H

#define RTL_OS_MAJOR 10
#define RTL_OS_MINOR 0
#define RTL_OS_BUILD 19045 /* Windows 10 22H2 */

#endif
