/* The driver of fuzzers that need a port: it takes everybody but for one context in sixteen, reads all it is given and
 * writes where it may. */
#ifndef OFM_FUZZ_PORT_H
#define OFM_FUZZ_PORT_H

#define FUZZ_PORT_NAME u"\\FuzzPort"

/* Into the running manager; aborts when it cannot be. */
void fuzz_port_load(void);

#endif
