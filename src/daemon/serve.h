/* The requests by name: look.c answers questions, act.c changes the manager. */
#ifndef OFM_DAEMON_SERVE_H
#define OFM_DAEMON_SERVE_H

#include "daemon/request.h"

void serve_hello(const struct request *, struct answer *);
void serve_filter_find(const struct request *, struct answer *);
void serve_volume_find(const struct request *, struct answer *);
void serve_instance_find(const struct request *, struct answer *);
void serve_volume_instance_find(const struct request *, struct answer *);
void serve_filter_get(const struct request *, struct answer *);
void serve_instance_get(const struct request *, struct answer *);
void serve_dos_name(const struct request *, struct answer *);
void serve_ports(const struct request *, struct answer *);
void serve_mounts(const struct request *, struct answer *);
void serve_mailslots(const struct request *, struct answer *);

void serve_load(const struct request *, struct answer *);
void serve_unload(const struct request *, struct answer *);
void serve_attach(const struct request *, struct answer *);
void serve_detach(const struct request *, struct answer *);
void serve_mount(const struct request *, struct answer *);
void serve_unmount(const struct request *, struct answer *);
void serve_install(const struct request *, struct answer *);
void serve_stop(const struct request *, struct answer *);

/* A volume by drive letter, device, volume GUID or mount point (P-131); referenced (flt_dereference). */
struct _FLT_VOLUME *serve_find_volume(const UNICODE_STRING *name);
/* A value in JSON, with its quotes. */
void serve_json_string(struct answer *answer, const char *text);
void serve_json_name(struct answer *answer, const UNICODE_STRING *name);
/* UTF-16 to UTF-8, malloc'ed; NULL for a string that was not given or without memory. */
char *serve_utf8(const UNICODE_STRING *text);

#endif
