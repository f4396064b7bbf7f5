/* Names the C run-time calls that are better not used; nothing is forbidden here. */
#ifndef _DONTUSE_H_
#define _DONTUSE_H_
#endif
