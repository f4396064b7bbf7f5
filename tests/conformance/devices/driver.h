/* The control device of the tests: what its driver and the application agree on. */
#ifndef DEVICES_DRIVER_H
#define DEVICES_DRIVER_H

#define DEVICE_CODE(n, method, access) ((0x22u << 16) | ((access) << 14) | ((n) << 2) | (method))

#define CODE_REVERSE DEVICE_CODE(0x800, 0, 0)     /* the input, last byte first */
#define CODE_IN_DIRECT DEVICE_CODE(0x801, 1, 0)   /* adds up input and what stands in the output buffer: CODE_SUM tells */
#define CODE_OUT_DIRECT DEVICE_CODE(0x802, 2, 0)  /* fills every second byte, answers half the length */
#define CODE_NEITHER DEVICE_CODE(0x803, 3, 0)     /* probes; output = ~input */
#define CODE_PEND DEVICE_CODE(0x804, 0, 0)        /* pends until CODE_COMPLETE, or is cancelled */
#define CODE_COMPLETE DEVICE_CODE(0x805, 0, 0)    /* struct completion: ends the oldest pended one */
#define CODE_COUNTERS DEVICE_CODE(0x806, 0, 0)    /* struct counters */
#define CODE_FAIL DEVICE_CODE(0x807, 0, 0)        /* struct completion: ends itself so */
#define CODE_WRITERS DEVICE_CODE(0x808, 0, 2)     /* FILE_WRITE_ACCESS */
#define CODE_WHO DEVICE_CODE(0x809, 0, 0)         /* struct who */
#define CODE_SUM DEVICE_CODE(0x80a, 0, 0)         /* unsigned */
#define CODE_STUBBORN DEVICE_CODE(0x80b, 0, 0)    /* pends without a cancel routine, until clean-up */
#define CODE_NEITHER_BAD DEVICE_CODE(0x80c, 3, 0) /* probes beyond the input: the status of the fault */

struct completion {
    unsigned status, information;
    char text[8];
};

struct counters {
    unsigned creates, cleanups, closes, pended, cancelled, flushes;
};

struct who {
    unsigned long process, requestor;
    unsigned user_mode;
};

#endif
