/* Completion ports. */
#ifndef OFM_KERNEL32_IOCP_H
#define OFM_KERNEL32_IOCP_H

#include "kernel32/handle.h"

struct k32_packet;

/* Packets are made when an operation starts, so that its end cannot fail. */
struct k32_packet *k32_packet_new(void);
void k32_packet_free(struct k32_packet *packet);
/* Queues the packet and takes it over. `overlapped` is carried, never touched. */
void k32_packet_post(struct k32_object *port, struct k32_packet *packet, ULONG_PTR key, OVERLAPPED *overlapped,
    NTSTATUS status, ULONG_PTR bytes);

#endif
