/* Device and file system control codes. */
#ifndef _WINIOCTL_
#define _WINIOCTL_

#include "winnt.h"
#include "devioctl.h"
#include "nt/fsctl.h"

#endif
