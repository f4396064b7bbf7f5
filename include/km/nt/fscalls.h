/* The calls that only ntifs.h gives. */
#ifndef OFM_NT_FSCALLS_H
#define OFM_NT_FSCALLS_H

#include "nt/calls.h"
#include "nt/fsrtl_calls.h"

#endif
