/* Version numbers for resource scripts. */
#ifndef _NTVERP_H_
#define _NTVERP_H_
#define VER_PRODUCTBUILD 26100
#define VER_PRODUCTBUILD_QFE 1
#define VER_PRODUCTMAJORVERSION 10
#define VER_PRODUCTMINORVERSION 0
#define VER_PRODUCTVERSION 10, 0, 26100, 1
#define VER_PRODUCTVERSION_STR "10.0.26100.1"
#define VER_COMPANYNAME_STR "openfltmgr"
#define VER_PRODUCTNAME_STR "openfltmgr"
#define VER_LEGALTRADEMARKS_STR ""
#endif
