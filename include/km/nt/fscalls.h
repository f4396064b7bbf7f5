#ifndef OFM_NT_FSCALLS_H
#define OFM_NT_FSCALLS_H
#endif
