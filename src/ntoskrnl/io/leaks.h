/* What a driver left when it ended: asks every room of the kernel subset. */
#ifndef OFM_IO_LEAKS_H
#define OFM_IO_LEAKS_H

/* Tells each leak through ke_report; NULL: everybody's. Returns how many. */
unsigned long io_report_leaks(const char *driver);

#endif
