/* Visual Studio's project files of drivers and programs (.vcxproj): what they say to compile, and how. */
#ifndef FLTCC_PROJECT_H
#define FLTCC_PROJECT_H

#include "options.h"

/* Adds the project's sources, definitions and directories to the options, and its kind and output where the
   command line does not say them. Ends the program when the project cannot be built here. */
void project_read(struct options *o, const char *path);

#endif
