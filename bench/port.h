/* What bench_port and bench_port_client agree on. */
#ifndef OFM_BENCH_PORT_H
#define OFM_BENCH_PORT_H

#include "trip.h"

#define TAKEN_FD 9 /* --way kill: the client says here that it has taken the message */

#endif
