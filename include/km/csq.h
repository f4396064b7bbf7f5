/* Cancel-safe queues of IRPs: declared by wdm.h. */
#include "wdm.h"
