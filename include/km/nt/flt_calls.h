#ifndef OFM_NT_FLT_CALLS_H
#define OFM_NT_FLT_CALLS_H
#endif
