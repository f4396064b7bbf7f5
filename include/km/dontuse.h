/* Names the C run-time calls that drivers should not use; nothing is forbidden here. */
#ifndef _DONTUSE_H_
#define _DONTUSE_H_
#endif
