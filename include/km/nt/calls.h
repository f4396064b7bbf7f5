#ifndef OFM_NT_CALLS_H
#define OFM_NT_CALLS_H
#endif
