/* What an .inf says about one service, as text in regedit's format. */
#ifndef FLTMC_INSTALL_H
#define FLTMC_INSTALL_H

#include "inf.h"

#include <stdbool.h>

struct installation {
    char *service;       /* its name */
    char *binary;        /* the driver's file name without directory and ending */
    char *registry_text; /* all but ImagePath */
    bool grouped;        /* it names a load order group (F-058) */
};

/* False with inf->message. */
bool installation_read(struct inf *inf, struct installation *out);
/* Both steps for a file, or a message. The two are freed in any case. */
bool installation_of_file(const char *path, struct inf *inf, struct installation *what);
void installation_free(struct installation *installation);
/* Writes the service with this driver as its image, or shows the text; an exit status of fltmc.h. */
int install_service(const struct installation *what, const char *driver, bool show);
/* A string of the registry's text: quotes and backslashes marked. Fresh. */
char *registry_quote(const char *text);

#endif
