/* Which program of the installation runs: the plain manager, or the one that was built with a sanitizer. */
#ifndef OFM_DAEMON_SANITIZER_H
#define OFM_DAEMON_SANITIZER_H

/* Becomes the manager for drivers of that kind: "address", "thread", "undefined" or "none". Returns when this
 * program is it: 0; or cannot become it, which is told on standard error: the exit status. Before any thread
 * is made. */
int sanitizer_become(const char *kind, char *const *arguments);

#endif
