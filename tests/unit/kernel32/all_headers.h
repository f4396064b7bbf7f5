/* Every header for applications, in an order that helps none of them. */
#include "strsafe.h"
#include "fltUser.h"
#include "winioctl.h"
#include "winternl.h"
#include "windows.h"
#include "ntstatus.h"
#include "dontuse.h"
#include "suppress.h"
